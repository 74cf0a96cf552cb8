import type { BinaryNode, WASocket } from 'baileys'

type StanzaEvent = 'CB:message' | 'CB:receipt' | 'CB:notification' | 'CB:call'

/**
 * Puts `handler` before what Baileys does with a kind of stanza. Baileys goes on when `proceed` is called, and
 * `proceed` resolves when it has dealt with the stanza. Must be called before the first frame.
 */
export function intercept(
  { ws }: Pick<WASocket, 'ws'>,
  event: StanzaEvent,
  handler: (stanza: BinaryNode, proceed: (stanza: BinaryNode) => Promise<void>) => void,
): void {
  const listeners = ws.listeners(event)
  ws.removeAllListeners(event)
  const proceed = async (stanza: BinaryNode) => {
    for (const listener of listeners) await listener.call(ws, stanza)
  }
  ws.on(event, (stanza: BinaryNode) => handler(stanza, proceed))
}

/** Runs tasks one after another, in the order they came; a failing one does not stop the next. */
export class Chain {
  #tail: Promise<void> = Promise.resolve()

  add(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(task).catch(() => {})
  }

  /** Resolves when everything added so far has run. */
  idle(): Promise<void> {
    return this.#tail
  }
}

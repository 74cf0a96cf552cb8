import type { WASocket } from 'baileys'

/** The code of the answer that a query gets when the server gives none. */
const NO_ANSWER = 408
const ANSWER = 'TAG:'

/**
 * Has a query fail that is not answered within `ms`. Baileys resolves it with nothing, which reads as an empty list of
 * devices: a message then goes out without a single copy, is acknowledged, and reaches nobody. Here the query gets an error
 * for an answer, so that whatever asked fails and is tried again. Baileys' own limit must be longer.
 */
export function failUnanswered({ ws }: Pick<WASocket, 'ws'>, ms: number): void {
  const timers = new Map<string, NodeJS.Timeout>()
  ws.on('newListener', (event: string | symbol) => {
    if (typeof event !== 'string' || !event.startsWith(ANSWER) || timers.has(event)) return
    const attrs = { id: event.slice(ANSWER.length), type: 'error' }
    const error = { tag: 'error', attrs: { code: String(NO_ANSWER), text: 'no answer' } }
    timers.set(
      event,
      setTimeout(() => ws.emit(event, { tag: 'iq', attrs, content: [error] }), ms),
    )
  })
  ws.on('removeListener', (event: string | symbol) => {
    if (typeof event !== 'string') return
    clearTimeout(timers.get(event))
    timers.delete(event)
  })
}

/** Whether an error of Baileys says that a query was not answered. */
export function isUnanswered(error: unknown): boolean {
  return (error as { data?: unknown } | undefined)?.data === NO_ANSWER
}

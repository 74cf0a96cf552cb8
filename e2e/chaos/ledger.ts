/** One text as one end saw it. */
export interface Line {
  /** Names a chat and a direction, the same at both ends. */
  chat: string
  text: string
  /** What is unique at this end: a message's id, or an event's. */
  id: string
  /** Copies that the network brought of it, where this end can tell; 1 without. */
  copies?: number
}

/** What one end saw, in its order: lines are added and never changed. */
export class Ledger {
  readonly #lines: Line[] = []

  get lines(): readonly Line[] {
    return this.#lines
  }

  add(line: Line): void {
    this.#lines.push(Object.freeze({ ...line }))
  }
}

export interface Verdict {
  lost: number
  /** Shown or told more than once, under different ids. */
  twice: number
  outOfOrder: number
  undecryptable: number
  /** Copies beyond the first under the same id, of which nobody sees more than one. */
  extraCopies: number
}

export const CLEAN: Omit<Verdict, 'extraCopies'> = { lost: 0, twice: 0, outOfOrder: 0, undecryptable: 0 }

/**
 * Compares what one end was given with what the other end saw. Order is that of the first sight of each text in its
 * chat. What was seen and never given counts as seen twice: somebody made it of something else.
 */
export function check(given: Ledger, seen: Ledger, undecryptable = 0): Verdict {
  const verdict: Verdict = { lost: 0, twice: 0, outOfOrder: 0, undecryptable, extraCopies: 0 }
  const seenByChat = firstSights(seen, verdict)
  const givenByChat = byChat(given)
  for (const [chat, positions] of seenByChat) if (!givenByChat.has(chat)) verdict.twice += positions.size
  for (const [chat, texts] of givenByChat) {
    const positions = seenByChat.get(chat) ?? new Map<string, number>()
    let highest = -1
    for (const text of texts) {
      const position = positions.get(text)
      if (position === undefined) verdict.lost += 1
      else if (position < highest) verdict.outOfOrder += 1
      else highest = position
    }
    const known = new Set(texts)
    for (const text of positions.keys()) if (!known.has(text)) verdict.twice += 1
  }
  return verdict
}

function byChat(ledger: Ledger): Map<string, string[]> {
  const chats = new Map<string, string[]>()
  for (const { chat, text } of ledger.lines) {
    const texts = chats.get(chat)
    if (texts) texts.push(text)
    else chats.set(chat, [text])
  }
  return chats
}

/** Where in its chat each text was seen first; counts repetitions. */
function firstSights(seen: Ledger, verdict: Verdict): Map<string, Map<string, number>> {
  const ids = new Set<string>()
  const chats = new Map<string, Map<string, number>>()
  for (const { chat, text, id, copies = 1 } of seen.lines) {
    verdict.extraCopies += copies - 1
    const known = `${chat}\n${id}`
    if (ids.has(known)) {
      verdict.extraCopies += 1
      continue
    }
    ids.add(known)
    const positions = chats.get(chat) ?? new Map<string, number>()
    chats.set(chat, positions)
    if (positions.has(text)) verdict.twice += 1
    else positions.set(text, positions.size)
  }
  return chats
}

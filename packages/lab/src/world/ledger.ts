/** What happened to one message id, on its way from a companion (`out`) or from a phone (`in`). */
export interface LedgerRow {
  id: string
  /** Phone number of the sender. */
  from: string
  /** Phone number or group JID. */
  to: string
  direction: 'out' | 'in'
  /** Stanzas with this id that the server took (out), messages the phone sent (in). */
  accepted: number
  /** Positive and negative answers of the server to the sender. */
  acked: number
  nacked: number
  /** Delivery receipts given to the sender (out), or received from the recipient's companions (in). */
  delivered: number
  /** Phones that show it (out). */
  shown: number
  /** Copies that reached the phones of others. */
  copies: number
  /** Copies a phone (the sender's own included) could not read, even if repaired later. */
  undecryptable: number
  /** Retry receipts: sent by phones (out), received from companions (in). */
  retried: number
  /** Read and played receipts, given to the sender (out), or received from the recipient (in). */
  read: number
  played: number
}

type Count = Exclude<keyof LedgerRow, 'id' | 'from' | 'to' | 'direction'>

const ZERO = {
  accepted: 0,
  acked: 0,
  nacked: 0,
  delivered: 0,
  shown: 0,
  copies: 0,
  undecryptable: 0,
  retried: 0,
  read: 0,
  played: 0,
}

const COUNTS = Object.keys(ZERO) as Count[]

/** The counters a checker compares with what a gateway claims. */
export class Ledger {
  readonly counters = { out: { messages: 0, ...ZERO }, in: { messages: 0, ...ZERO } }
  readonly #rows = new Map<string, LedgerRow>()

  /** The row of a message, made at its first mention. */
  row(from: string, id: string, to = '', direction: LedgerRow['direction'] = 'out'): LedgerRow {
    const key = `${from} ${id}`
    let row = this.#rows.get(key)
    if (!row) {
      row = { id, from, to, direction, ...ZERO }
      this.#rows.set(key, row)
      this.counters[direction].messages += 1
    }
    return row
  }

  /** Takes up a row of a snapshot. */
  restore(row: LedgerRow): void {
    const counters = this.counters[row.direction]
    this.#rows.set(`${row.from} ${row.id}`, row)
    counters.messages += 1
    for (const what of COUNTS) counters[what] += row[what]
  }

  find(from: string, id: string): LedgerRow | undefined {
    return this.#rows.get(`${from} ${id}`)
  }

  count(row: LedgerRow, what: Count): void {
    row[what] += 1
    this.counters[row.direction][what] += 1
  }

  rows(): Iterable<LedgerRow> {
    return this.#rows.values()
  }
}

/** Where progress is written, and how. */
export interface ProgressOptions {
  write(text: string): void
  /** A line that is drawn over again; without it one plain line. */
  isTerminal: boolean
  /** Milliseconds. */
  now?: () => number
}

const BAR_WIDTH = 24
/** A terminal over a slow line has better to do than to draw. */
const REDRAW_MS = 100
const SMALLEST_UNIT = { name: 'kB', bytes: 1_000 }
const BYTE_UNITS = [{ name: 'GB', bytes: 1_000_000_000 }, { name: 'MB', bytes: 1_000_000 }, SMALLEST_UNIT]
const CLEAR_LINE = '\r\u001b[2K'

/** Tells how far one piece of long work has come, on a terminal by a bar, elsewhere by the line that it begins with. */
export class Progress {
  #label: string
  readonly #options: ProgressOptions
  readonly #now: () => number
  #drawnAt = Number.NEGATIVE_INFINITY

  /** Says at once that `label` begins. */
  constructor(label: string, options: ProgressOptions) {
    this.#label = label
    this.#options = options
    this.#now = options.now ?? Date.now
    options.write(options.isTerminal ? `${label} …` : `${label} …\n`)
  }

  /** The next part of the work begins. Elsewhere than on a terminal the first line stands for all parts. */
  begin(label: string): void {
    if (label === this.#label) return
    this.#label = label
    this.#drawnAt = Number.NEGATIVE_INFINITY
    if (this.#options.isTerminal) this.#options.write(`${CLEAR_LINE}${label} …`)
  }

  /** `done` of `total` pieces are done. */
  update(done: number, total: number): void {
    this.#draw(done, total, String)
  }

  /** `done` of `total` bytes are done. */
  updateBytes(done: number, total: number): void {
    const { name, bytes } = BYTE_UNITS.find((unit) => total >= unit.bytes) ?? SMALLEST_UNIT
    this.#draw(done, total, (count) => (count / bytes).toFixed(1), ` ${name}`)
  }

  #draw(done: number, total: number, write: (count: number) => string, unit = ''): void {
    if (!this.#options.isTerminal) return
    const now = this.#now()
    if (done < total && now - this.#drawnAt < REDRAW_MS) return
    this.#drawnAt = now
    const share = total > 0 ? Math.min(1, done / total) : 1
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    this.#options.write(
      `${CLEAR_LINE}${this.#label} ${bar} ${Math.floor(share * 100)} % (${write(done)} of ${write(total)}${unit})`,
    )
  }

  /** The work has ended, well or not: what is written next has a line of its own. */
  end(): void {
    if (this.#options.isTerminal) this.#options.write(CLEAR_LINE)
  }
}

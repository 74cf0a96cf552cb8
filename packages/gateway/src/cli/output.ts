import { Progress } from './progress.ts'

/** Where a command writes: its answer to `out`, all else to `err`. */
export interface Streams {
  out(text: string): void
  err(text: string): void
  /** `err` is a terminal, where a line may be drawn over; absent: it is not. */
  isTerminal?: boolean
}

/** The process's own. */
export const processStreams: Streams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
}

/** Writes what a command answers: as one line of JSON or as text for people. */
export class Output {
  readonly #json: boolean
  readonly #streams: Streams

  constructor(json: boolean, streams: Streams) {
    this.#json = json
    this.#streams = streams
  }

  get isJson(): boolean {
    return this.#json
  }

  /** Answers `value`; `text` is its form for people. */
  answer(value: unknown, text: string): void {
    this.#streams.out(this.#json ? `${JSON.stringify(value)}\n` : `${text}\n`)
  }

  /** Something to look at on the way, left out of JSON. */
  show(text: string): void {
    if (!this.#json) this.#streams.out(`${text}\n`)
  }

  /** Does long work and shows how far it is; nothing is shown beside JSON. */
  async during<Result>(label: string, work: (progress: Progress | null) => Promise<Result> | Result): Promise<Result> {
    if (this.#json) return work(null)
    const { err, isTerminal = false } = this.#streams
    const progress = new Progress(label, { write: err, isTerminal })
    try {
      return await work(progress)
    } finally {
      progress.end()
    }
  }
}

/** Rows in columns of equal width under their headings. */
export function table(headings: string[], rows: string[][]): string {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

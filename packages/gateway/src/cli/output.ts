/** Writes what a command answers: to standard output, as one line of JSON or as text for people. */
export class Output {
  readonly #json: boolean
  readonly #write: (text: string) => void

  constructor(json: boolean, write: (text: string) => void = (text) => process.stdout.write(text)) {
    this.#json = json
    this.#write = write
  }

  get isJson(): boolean {
    return this.#json
  }

  /** Answers `value`; `text` is its form for people. */
  answer(value: unknown, text: string): void {
    this.#write(this.#json ? `${JSON.stringify(value)}\n` : `${text}\n`)
  }

  /** Something to look at on the way, left out of JSON. */
  show(text: string): void {
    if (!this.#json) this.#write(`${text}\n`)
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

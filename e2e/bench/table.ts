import type { Machine } from './figures.ts'

export interface Row {
  figure: string
  kurir: number
  /** The same of bare Baileys in this run, where it has such a thing. */
  bare?: number
  target?: string
}

/** Prints the figures for people. */
export function printTable(machine: Machine, rows: Row[]): void {
  const width = Math.max(...rows.map(({ figure }) => figure.length))
  const cell = (value: number | undefined) => (value === undefined ? '' : value.toFixed(value < 20 ? 2 : 0)).padStart(9)
  console.log(`${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB, Node.js ${machine.node}\n`)
  console.log(`${'figure'.padEnd(width)} ${'Kurir'.padStart(9)} ${'bare'.padStart(9)}  target`)
  for (const { figure, kurir, bare, target } of rows) {
    console.log(`${figure.padEnd(width)} ${cell(kurir)} ${cell(bare)}  ${target ?? ''}`)
  }
}

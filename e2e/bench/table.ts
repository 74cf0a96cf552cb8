import type { Machine } from './figures.ts'

export interface Row {
  figure: string
  kurir: number
  /** The same of bare Baileys in this run, where it has such a thing. */
  bare?: number
  target?: string
}

/** CPU time of one part of the gateway. */
export interface Share {
  part: string
  msPerMessage: number
}

/** Prints the figures for people. */
export function printTable(machine: Machine, rows: Row[]): void {
  const width = Math.max(...rows.map(({ figure }) => figure.length))
  const cell = (value: number | undefined) => (value === undefined ? '' : value.toFixed(value < 20 ? 2 : 0)).padStart(9)
  printMachine(machine)
  console.log(`${'figure'.padEnd(width)} ${'Kurir'.padStart(9)} ${'bare'.padStart(9)}  target`)
  for (const { figure, kurir, bare, target } of rows) {
    console.log(`${figure.padEnd(width)} ${cell(kurir)} ${cell(bare)}  ${target ?? ''}`)
  }
}

/** Parts that take less are counted together. */
const LEAST_MS = 0.02

/** Prints where CPU time went, the largest part first. */
export function printShares(machine: Machine, shares: Share[]): void {
  printMachine(machine)
  const total = shares.reduce((sum, { msPerMessage }) => sum + msPerMessage, 0)
  const shown = shares.filter(({ msPerMessage }) => msPerMessage >= LEAST_MS)
  const rest = total - shown.reduce((sum, { msPerMessage }) => sum + msPerMessage, 0)
  const lines = [...shown, { part: 'smaller parts', msPerMessage: rest }, { part: 'all', msPerMessage: total }]
  const width = Math.max(...lines.map(({ part }) => part.length))
  console.log(`${'part'.padEnd(width)}  ms of CPU a message`)
  for (const { part, msPerMessage } of lines)
    console.log(`${part.padEnd(width)}  ${msPerMessage.toFixed(3).padStart(6)}`)
}

function printMachine({ cores, cpu, memoryGiB, node }: Machine): void {
  console.log(`${cores} cores of ${cpu}, ${memoryGiB} GiB, Node.js ${node}\n`)
}

import type { Database } from '../support/database.ts'

/** One kind of fault with the load that meets it. */
export interface Scenario {
  /** As the table in docs/reliability.md names it. */
  id: string
  /** What is done to the gateway, in words. */
  fault: string
  /** Where it makes sense. */
  databases: readonly Database['name'][]
  run(setting: Setting): Promise<Outcome>
}

export interface Setting {
  seed: number
  /** The whole load, or a short form of it for every run of the tests. */
  isFull: boolean
  /** A fresh one; the scenario drops it. */
  database: Database
  say(text: string): void
}

export interface Outcome {
  load: string
  /** What was counted, in words. */
  result: string
  /** What should not have been; empty where the promise was kept. */
  broken: string[]
}

/** Collects what a scenario finds. */
export class Findings {
  readonly broken: string[] = []

  /** Notes it unless the count is zero. */
  none(count: number, what: string): void {
    if (count !== 0) this.broken.push(`${count} ${what}`)
  }

  /** Notes it unless it is so. */
  expect(isSo: boolean, what: string): void {
    if (!isSo) this.broken.push(what)
  }
}

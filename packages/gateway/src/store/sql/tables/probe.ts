import type { Driver } from '../driver.ts'

const TOUCH = 'INSERT INTO probe (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at'

/** One row, written to find out whether the disk takes writes again. */
export class ProbeTable {
  private readonly touchRow

  constructor(driver: Driver) {
    this.touchRow = driver.prepare<[number]>(TOUCH)
  }

  async touch(at: number): Promise<void> {
    await this.touchRow.run(at)
  }
}

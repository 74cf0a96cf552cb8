import type { UsageCounter } from '../../../access/ports.ts'
import type { Driver } from '../driver.ts'

const OF = 'SELECT used FROM usage WHERE tenant = ? AND what = ? AND month = ?'
const ADD = `
  INSERT INTO usage (tenant, what, month, used) VALUES (@tenant, @what, @month, max(0, @amount))
  ON CONFLICT (tenant, what, month) DO UPDATE SET used = max(0, used + @amount)`

export class UsageTable {
  private readonly ofRow
  private readonly addRow

  constructor(driver: Driver) {
    this.ofRow = driver.prepare<[string, string, string], { used: number }>(OF)
    this.addRow = driver.prepare<[Record<string, string | number>]>(ADD)
  }

  of({ tenant, what, month }: UsageCounter): number {
    return this.ofRow.get(tenant, what, month)?.used ?? 0
  }

  /** Never below 0. */
  add({ tenant, what, month }: UsageCounter, amount: number): void {
    this.addRow.run({ tenant, what, month, amount })
  }
}

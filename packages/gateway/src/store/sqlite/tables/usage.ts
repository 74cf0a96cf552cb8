import type { TenantUsage, UsageCounter } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { Driver } from '../driver.ts'

const OF = 'SELECT used FROM usage WHERE tenant = ? AND what = ? AND month = ?'
const OF_PERIODS = `
  SELECT what, month AS period, used FROM usage WHERE tenant = ? AND month IN (SELECT value FROM json_each(?))`
const ADD = `
  INSERT INTO usage (tenant, what, month, used) VALUES (@tenant, @what, @month, max(0, @amount))
  ON CONFLICT (tenant, what, month) DO UPDATE SET used = max(0, used + @amount)`

export class UsageTable {
  private readonly ofRow
  private readonly ofPeriodsRows
  private readonly addRow

  constructor(driver: Driver) {
    this.ofRow = driver.prepare<[string, string, string], { used: number }>(OF)
    this.ofPeriodsRows = driver.prepare<[string, string], TenantUsage['counters'][number]>(OF_PERIODS)
    this.addRow = driver.prepare<[Record<string, string | number>]>(ADD)
  }

  of({ tenant, what, period }: UsageCounter): number {
    return this.ofRow.get(tenant, what, period)?.used ?? 0
  }

  ofPeriods(tenant: TenantId, periods: readonly string[]): TenantUsage['counters'] {
    return this.ofPeriodsRows.all(tenant, JSON.stringify(periods))
  }

  /** Never below 0. */
  add({ tenant, what, period }: UsageCounter, amount: number): void {
    this.addRow.run({ tenant, what, month: period, amount })
  }
}

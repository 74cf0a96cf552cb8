import type { TenantUsage, UsageCounter } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { Driver } from '../driver.ts'

const OF = 'SELECT used FROM usage WHERE tenant = ? AND what = ? AND month = ?'
const OF_PERIOD = `
  SELECT what, month AS period, used FROM usage WHERE tenant = ? AND month = ?`
const ADD = `
  INSERT INTO usage (tenant, what, month, used) VALUES (@tenant, @what, @month, @first)
  ON CONFLICT (tenant, what, month) DO UPDATE
  SET used = CASE WHEN usage.used + @amount < 0 THEN 0 ELSE usage.used + @amount END`

export class UsageTable {
  private readonly ofRow
  private readonly ofPeriodRows
  private readonly addRow

  constructor(driver: Driver) {
    this.ofRow = driver.prepare<[string, string, string], { used: number }>(OF)
    this.ofPeriodRows = driver.prepare<[string, string], TenantUsage['counters'][number]>(OF_PERIOD)
    this.addRow = driver.prepare<[Record<string, string | number>]>(ADD)
  }

  async of({ tenant, what, period }: UsageCounter): Promise<number> {
    return (await this.ofRow.get(tenant, what, period))?.used ?? 0
  }

  async ofPeriods(tenant: TenantId, periods: readonly string[]): Promise<TenantUsage['counters']> {
    return (await Promise.all(periods.map((period) => this.ofPeriodRows.all(tenant, period)))).flat()
  }

  /** Never below 0. */
  add({ tenant, what, period }: UsageCounter, amount: number): void {
    this.addRow.post({ tenant, what, month: period, first: Math.max(0, amount), amount })
  }
}

import type { Tenant } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { TenantQuotas } from '../../../core/quota.ts'
import type { Driver } from '../driver.ts'

const INSERT = `
  INSERT INTO tenant (id, name, country_code, time_zone, quotas, created_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING`
const UPDATE = 'UPDATE tenant SET name = ?, country_code = ?, time_zone = ?, quotas = ? WHERE id = ?'
const QUOTAS = 'SELECT quotas FROM tenant WHERE id = ?'
const BY_ID = 'SELECT * FROM tenant WHERE id = ?'
const LIST = 'SELECT * FROM tenant WHERE id > ? ORDER BY id LIMIT ?'

interface Row {
  id: TenantId
  name: string
  country_code: string
  time_zone: string
  quotas: string
  created_at: number
}

export class TenantTable {
  private readonly insertRow
  private readonly updateRow
  private readonly quotasRow
  private readonly byIdRow
  private readonly listRows

  constructor(driver: Driver) {
    this.insertRow = driver.prepare<[string, string, string, string, string, number]>(INSERT)
    this.updateRow = driver.prepare<[string, string, string, string, string]>(UPDATE)
    this.quotasRow = driver.prepare<[string], { quotas: string }>(QUOTAS)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.listRows = driver.prepare<[string, number], Row>(LIST)
  }

  /** False where there is one of this id. */
  async insert({ id, name, countryCode, timeZone, quotas, createdAt }: Tenant): Promise<boolean> {
    return (await this.insertRow.run(id, name, countryCode, timeZone, JSON.stringify(quotas), createdAt)) > 0
  }

  async update({ id, name, countryCode, timeZone, quotas }: Tenant): Promise<void> {
    await this.updateRow.run(name, countryCode, timeZone, JSON.stringify(quotas), id)
  }

  /** The tenant's own quotas; none of its own for an unknown one. */
  async quotasOf(id: TenantId): Promise<TenantQuotas> {
    return JSON.parse((await this.quotasRow.get(id))?.quotas ?? '{}') as TenantQuotas
  }

  async byId(id: TenantId): Promise<Tenant | undefined> {
    const row = await this.byIdRow.get(id)
    return row && fromRow(row)
  }

  async list(cursor: string, limit: number): Promise<Tenant[]> {
    return (await this.listRows.all(cursor, limit)).map(fromRow)
  }
}

function fromRow(row: Row): Tenant {
  return {
    id: row.id,
    name: row.name,
    countryCode: row.country_code,
    timeZone: row.time_zone,
    quotas: JSON.parse(row.quotas) as TenantQuotas,
    createdAt: row.created_at,
  }
}

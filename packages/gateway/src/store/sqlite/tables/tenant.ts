import type { Tenant } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { Driver } from '../driver.ts'

const INSERT = `
  INSERT INTO tenant (id, name, country_code, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
const BY_ID = 'SELECT * FROM tenant WHERE id = ?'
const LIST = 'SELECT * FROM tenant WHERE id > ? ORDER BY id LIMIT ?'

interface Row {
  id: TenantId
  name: string
  country_code: string
  created_at: number
}

export class TenantTable {
  private readonly insertRow
  private readonly byIdRow
  private readonly listRows

  constructor(driver: Driver) {
    this.insertRow = driver.prepare<[string, string, string, number]>(INSERT)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.listRows = driver.prepare<[string, number], Row>(LIST)
  }

  /** False where there is one of this id. */
  insert({ id, name, countryCode, createdAt }: Tenant): boolean {
    return this.insertRow.run(id, name, countryCode, createdAt) > 0
  }

  byId(id: TenantId): Tenant | undefined {
    const row = this.byIdRow.get(id)
    return row && fromRow(row)
  }

  list(cursor: string, limit: number): Tenant[] {
    return this.listRows.all(cursor, limit).map(fromRow)
  }
}

function fromRow(row: Row): Tenant {
  return { id: row.id, name: row.name, countryCode: row.country_code, createdAt: row.created_at }
}

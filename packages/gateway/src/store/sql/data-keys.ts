import type { DataKeyRow, DataKeys } from '../sealing/sealer.ts'
import type { DataKeyTable } from './tables/data-key.ts'

/**
 * All data keys in memory, so that a value opens without a question to the database. This process is the only writer,
 * so they change with it alone.
 */
export class LoadedDataKeys implements DataKeys {
  private readonly table: DataKeyTable
  private readonly now: () => number
  private readonly rowsById = new Map<string, DataKeyRow>()
  private readonly rowsByScope = new Map<string, DataKeyRow>()
  private isSure = false

  constructor(table: DataKeyTable, now: () => number) {
    this.table = table
    this.now = now
  }

  /** To be called at the start, and after a rollback, which may have taken back a key that is known here. */
  async load(): Promise<void> {
    if (this.isSure) return
    const rows = await this.table.all()
    this.isSure = true
    this.rowsById.clear()
    this.rowsByScope.clear()
    for (const row of rows) this.remember(row)
  }

  ofScope(scope: string): DataKeyRow | undefined {
    return this.rowsByScope.get(scope)
  }

  byId(id: string): DataKeyRow | undefined {
    return this.rowsById.get(id)
  }

  add(row: DataKeyRow, session: string | null): void {
    this.table.add(row, session, this.now())
    this.isSure = false
    this.remember(row)
  }

  private remember(row: DataKeyRow): void {
    this.rowsById.set(row.id, row)
    this.rowsByScope.set(row.scope, row)
  }
}

import type { AuditEntry, AuditPage, AuditStore } from '../audit/ports.ts'
import type { TenantId } from '../core/ids.ts'
import type { ItemStore } from '../items/ports.ts'

/** No dialect has this name: the gateway's own items. */
const SHELF = { dialect: 'kurir', kind: 'audit' } as const

/** The audit log among the items: of every store that keeps them. */
export class ItemAuditStore implements AuditStore {
  readonly #items: ItemStore

  constructor(items: ItemStore) {
    this.#items = items
  }

  append(entry: AuditEntry): Promise<void> {
    const { tenant, id, at } = entry
    // Bound to no session, so that it outlives the session that it is about.
    return this.#items.saveItem({ ...SHELF, tenant, id, session: null, value: entry, changedAt: at })
  }

  async list(tenant: TenantId, { limit, cursor }: AuditPage): Promise<AuditEntry[]> {
    const page = cursor === undefined ? { limit } : { limit, before: cursor }
    const items = await this.#items.listItems({ ...SHELF, tenant }, page)
    return items.map(({ value }) => value as AuditEntry)
  }
}

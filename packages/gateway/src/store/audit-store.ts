import type { AuditEntry, AuditFilter, AuditStore } from '../audit/ports.ts'
import type { TenantId } from '../core/ids.ts'
import type { ItemStore, ItemText } from '../items/ports.ts'

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

  async list(tenant: TenantId, { limit, cursor, action, session, since, before }: AuditFilter): Promise<AuditEntry[]> {
    const texts: ItemText[] = []
    if (action !== undefined) texts.push(byAction(action))
    if (session !== undefined) texts.push({ field: 'session', is: session })
    const items = await this.#items.listItems(
      { ...SHELF, tenant },
      {
        ...{ limit, texts },
        ...(cursor === undefined ? {} : { before: cursor }),
        ...(since === undefined ? {} : { changedSince: since }),
        ...(before === undefined ? {} : { changedBefore: before }),
      },
    )
    return items.map(({ value }) => value as AuditEntry)
  }
}

function byAction(action: string): ItemText {
  const family = action.endsWith('.*') ? action.slice(0, -1) : undefined
  return family === undefined ? { field: 'action', is: action } : { field: 'action', is: family, begins: true }
}

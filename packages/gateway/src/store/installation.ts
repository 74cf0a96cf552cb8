import { randomUUID } from 'node:crypto'
import { DEFAULT_TENANT } from '../core/ids.ts'
import type { ItemStore } from '../items/ports.ts'

/** No dialect has this name: the gateway's own items. */
const KEY = { tenant: DEFAULT_TENANT, dialect: 'kurir', kind: 'installation', id: 'id' } as const

/**
 * What tells this store from every other one, made when it is first asked for. It goes along with the rows: into
 * backups and dumps, and to another database.
 */
export async function installationId(items: ItemStore, now: number): Promise<string> {
  const known = (await items.getItem(KEY))?.value
  if (typeof known === 'string') return known
  const id = randomUUID()
  await items.saveItem({ ...KEY, session: null, value: id, changedAt: now })
  return id
}

import type { SessionUid, TenantId } from '../core/ids.ts'

/** Something small that a dialect keeps in its own words: a card it was given, a setting that only it has. */
export interface Item {
  tenant: TenantId
  dialect: string
  /** What it is, in the dialect's words. */
  kind: string
  id: string
  /** The session that it goes with, null for the tenant's own. */
  session: SessionUid | null
  /** Anything that JSON can say. */
  value: unknown
  /** Milliseconds since the epoch. */
  changedAt: number
}

export type ItemKey = Pick<Item, 'tenant' | 'dialect' | 'kind' | 'id'>

/** What dialects keep, and the gateway itself. Each call is one atomic unit, on disk when its promise resolves. */
export interface ItemStore {
  /** Replaces one of the same key. Rejects with `session_not_found` where the session is gone. */
  saveItem(item: Item): Promise<void>
  getItem(key: ItemKey): Promise<Item | undefined>
  /** Of one kind, by id from the last to the first; with `before` only those whose id is less. */
  listItems(shelf: Omit<ItemKey, 'id'>, page: { limit: number; before?: string }): Promise<Item[]>
}

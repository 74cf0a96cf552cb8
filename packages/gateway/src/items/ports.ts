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

/** A text of an item's value, found by its field: the whole of it, or how it begins. */
export interface ItemText {
  field: string
  is: string
  begins?: true
}

/** What of a kind is listed. Times are milliseconds since the epoch. */
export interface ItemFilter {
  limit: number
  /** Only those whose id is less. */
  before?: string
  /** Changed then or later. */
  changedSince?: number
  /** Changed earlier. */
  changedBefore?: number
  /** All of them must be so. */
  texts?: readonly ItemText[]
}

/** What dialects keep, and the gateway itself. Each call is one atomic unit, on disk when its promise resolves. */
export interface ItemStore {
  /** Replaces one of the same key. Rejects with `session_not_found` where the session is gone. */
  saveItem(item: Item): Promise<void>
  getItem(key: ItemKey): Promise<Item | undefined>
  /** Of one kind, by id from the last to the first. */
  listItems(shelf: Omit<ItemKey, 'id'>, filter: ItemFilter): Promise<Item[]>
}

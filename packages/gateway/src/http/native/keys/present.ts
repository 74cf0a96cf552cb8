import type { KeyRecord, Scope } from '../../../access/ports.ts'

export interface KeyObject {
  id: string
  name: string
  tenant: string
  scopes: Scope[]
  session: string | null
  created_at: string
}

/** Renders a key without its secret. */
export function presentKey(record: KeyRecord): KeyObject {
  return {
    id: record.id,
    name: record.name,
    tenant: record.tenant,
    scopes: record.scopes,
    session: record.session,
    created_at: new Date(record.createdAt).toISOString(),
  }
}

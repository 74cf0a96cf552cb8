import type { KeyRecord, Scope } from '../../../access/ports.ts'
import type { ShownCredential } from '../../../access/verbs.ts'

export interface KeyObject {
  id: string
  name: string
  tenant: string
  scopes: Scope[]
  session: string | null
  dialect: string | null
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
    dialect: record.dialect,
    created_at: new Date(record.createdAt).toISOString(),
  }
}

/** A new credential under the names that its dialect has for it. */
export function presentCredential(shown: ShownCredential): Record<string, string> {
  switch (shown.form) {
    case 'key':
      return { key: shown.key }
    case 'token':
      return { token: shown.key }
    case 'client':
      return { client_id: shown.id, client_secret: shown.secret }
    case 'pair':
      return { session_id: shown.id, access_token: shown.secret }
    default:
      return shown satisfies never
  }
}

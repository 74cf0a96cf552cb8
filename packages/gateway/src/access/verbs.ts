import type { KeyId, TenantId } from '../core/ids.ts'
import type { KeyRecord, Scope, StoredAnswer, Tenant } from './ports.ts'

/** Who calls: what a credential stands for. */
export interface Caller {
  tenant: TenantId
  keyId: KeyId
  scopes: Scope[]
  /** The only session (its id) that this key may touch; null for all of the tenant's. */
  session: string | null
}

/** What the outside may do with tenants and keys. */
export interface AccessVerbs {
  /** Undefined for an unknown, malformed or deleted key. Takes the same time for a wrong secret as for a right one. */
  authenticate(presented: string): Promise<Caller | undefined>
  /** `key` is shown here and never again. Rejects with `session_not_found`, `not_found` (tenant), `invalid_request`. */
  createKey(input: CreateKey): Promise<{ record: KeyRecord; key: string }>
  listKeys(tenant: TenantId | null, page: { limit: number; cursor?: KeyId }): Promise<KeyRecord[]>
  /** Rejects with `not_found`. A deleted key is refused from then on. */
  deleteKey(tenant: TenantId | null, id: KeyId): Promise<void>
  createTenant(input: { id?: string; name: string; countryCode?: string }): Promise<Tenant>
  getTenant(id: TenantId): Promise<Tenant>
  listTenants(page: { limit: number; cursor?: TenantId }): Promise<Tenant[]>
  /** Creates the default tenant and, where no admin key exists, one, which is returned; else undefined. */
  bootstrap(): Promise<string | undefined>
  getAnswer(tenant: TenantId, key: string): Promise<StoredAnswer | undefined>
  saveAnswer(tenant: TenantId, key: string, answer: StoredAnswer): Promise<void>
}

export interface CreateKey {
  tenant: TenantId
  name: string
  scopes: Scope[]
  /** A session's id. */
  session?: string
}

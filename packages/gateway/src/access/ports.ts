import type { KeyId, SessionUid, TenantId } from '../core/ids.ts'

export const SCOPES = ['admin', 'manage', 'send', 'read'] as const
/** `admin`: keys and tenants, and everything below; `manage`: sessions, QR, webhooks; `send`; `read`. */
export type Scope = (typeof SCOPES)[number]

/** What the access room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface AccessStore {
  createTenant(tenant: Tenant): Promise<boolean>
  getTenant(id: TenantId): Promise<Tenant | undefined>
  listTenants(page: { limit: number; cursor?: TenantId }): Promise<Tenant[]>
  createKey(key: KeyRecord): Promise<void>
  getKey(id: KeyId): Promise<KeyRecord | undefined>
  listKeys(tenant: TenantId | null, page: { limit: number; cursor?: KeyId }): Promise<KeyRecord[]>
  /** False where there was none. */
  deleteKey(tenant: TenantId | null, id: KeyId): Promise<boolean>
  hasAdminKey(): Promise<boolean>
  /** The stored answer to a request made with this Idempotency-Key, undefined where there is none. */
  getAnswer(tenant: TenantId, key: string): Promise<StoredAnswer | undefined>
  saveAnswer(tenant: TenantId, key: string, answer: StoredAnswer): Promise<void>
}

export interface Tenant {
  id: TenantId
  name: string
  /** Replaces a leading 0 of phone numbers; digits. */
  countryCode: string
  createdAt: number
}

export interface KeyRecord {
  id: KeyId
  tenant: TenantId
  name: string
  /** sha256 of the secret part, hex. */
  secretHash: string
  scopes: Scope[]
  /** Bound to this session alone. */
  sessionUid: SessionUid | null
  session: string | null
  createdAt: number
}

/** An answer kept for 72 h for its Idempotency-Key. */
export interface StoredAnswer {
  requestHash: string
  status: number
  body: string
  contentType: string
  at: number
}

import type { KeyId, SessionUid, TenantId } from '../core/ids.ts'
import type { TenantQuotas, UsageKind } from '../core/quota.ts'

export const SCOPES = ['admin', 'manage', 'send', 'read'] as const
/** `admin`: keys and tenants, and everything below; `manage`: sessions, QR, webhooks; `send`; `read`. */
export type Scope = (typeof SCOPES)[number]

/** What the access room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface AccessStore {
  createTenant(tenant: Tenant): Promise<boolean>
  getTenant(id: TenantId): Promise<Tenant | undefined>
  /** Answers the tenant as it is now, undefined where there is none. Quotas of `null` follow the gateway's again. */
  updateTenant(id: TenantId, patch: TenantPatch): Promise<Tenant | undefined>
  listTenants(page: { limit: number; cursor?: TenantId }): Promise<Tenant[]>
  createKey(key: KeyRecord): Promise<void>
  getKey(id: KeyId): Promise<KeyRecord | undefined>
  listKeys(tenant: TenantId | null, page: { limit: number; cursor?: KeyId }): Promise<KeyRecord[]>
  /** False where there was none. */
  deleteKey(tenant: TenantId | null, id: KeyId): Promise<boolean>
  hasAdminKey(): Promise<boolean>
  /** A dialect's keys that are known by this name; several keys of one session share it. */
  findDialectKeys(dialect: string, alias: string): Promise<KeyRecord[]>
  /** A dialect's keys of one tenant, oldest first. */
  listDialectKeys(tenant: TenantId, dialect: string): Promise<KeyRecord[]>
  /** Binds a key that is bound to nothing yet. Answers the key as it is now, undefined where there is none. */
  bindKey(id: KeyId, session: { uid: SessionUid; id: string }): Promise<KeyRecord | undefined>
  saveToken(token: TokenRecord): Promise<void>
  /** Nothing where there is no such token. */
  deleteToken(hash: string): Promise<void>
  /** The key that a token stands for, undefined from `now` = `expiresAt` on. */
  getTokenKey(hash: string, now: number): Promise<KeyRecord | undefined>
  /** Adds to a counter unless it would be more than `limit` then. Answers what it is now and whether it was added. */
  countUsage(counter: UsageCounter, amount: number, limit: number): Promise<{ used: number; taken: boolean }>
  /** What the tenant has used of each period (`YYYY-MM`, `YYYY-MM-DD`), how many sessions it has and the bytes of its files. */
  readUsage(tenant: TenantId, periods: readonly string[]): Promise<TenantUsage>
  /** Takes back what was counted. */
  uncountUsage(counter: UsageCounter, amount: number): Promise<void>
  /** The stored answer to a request made with this Idempotency-Key, undefined where there is none. */
  getAnswer(tenant: TenantId, key: string): Promise<StoredAnswer | undefined>
  saveAnswer(tenant: TenantId, key: string, answer: StoredAnswer): Promise<void>
}

export interface Tenant {
  id: TenantId
  name: string
  /** Replaces a leading 0 of phone numbers; digits. */
  countryCode: string
  /** IANA name, for times that a dialect shows as local ones. */
  timeZone: string
  quotas: TenantQuotas
  createdAt: number
}

export interface TenantPatch {
  name?: string
  countryCode?: string
  timeZone?: string
  quotas?: { [Name in keyof TenantQuotas]: TenantQuotas[Name] | null }
}

export interface TenantUsage {
  counters: { what: string; period: string; used: number }[]
  sessions: number
  mediaBytes: number
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
  /** The only dialect that takes this key; null for a key of the native API. */
  dialect: string | null
  /** What the key is known by where a dialect shows no `kur_…`: a client id, a bot's session id. */
  alias: string | null
  /** The secret as `seal` made it, where a dialect shows it again; else null. */
  sealed: string | null
  createdAt: number
}

/** A short-lived credential that a key was exchanged for. It goes with its key. */
export interface TokenRecord {
  /** sha256 of the token, hex. */
  hash: string
  key: KeyId
  expiresAt: number
}

/** Something that a tenant may use so much of in a period. */
export interface UsageCounter {
  tenant: TenantId
  what: UsageKind
  /** `YYYY-MM` or `YYYY-MM-DD`, UTC. */
  period: string
}

/** An answer kept for 72 h for its Idempotency-Key. */
export interface StoredAnswer {
  requestHash: string
  status: number
  body: string
  contentType: string
  at: number
}

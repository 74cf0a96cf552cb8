import type { KeyId, TenantId } from '../core/ids.ts'
import type { UsageKind, UsagePeriod } from '../core/quota.ts'
import type { KeyRecord, Scope, StoredAnswer, Tenant, TenantPatch } from './ports.ts'

/** Who calls: what a credential stands for. */
export interface Caller {
  tenant: TenantId
  keyId: KeyId
  scopes: Scope[]
  /** The only session (its id) that this key may touch; null for all of the tenant's. */
  session: string | null
}

/** What the keys of a dialect are: each dialect declares it. */
export interface DialectKeys {
  /**
   * How a key for the whole tenant is shown, null where there is none. `key` and `token` are one text, `client` is an
   * OAuth client, `first-use` one text that is bound to a session when it is used first.
   */
  tenant: 'key' | 'token' | 'client' | 'first-use' | null
  /** How a key for one session is shown: `pair` is a session id with an access token that is shown again. */
  session: 'key' | 'pair' | null
}

/** A new credential of a dialect, as its owner is shown it. */
export type ShownCredential =
  | { form: 'key' | 'token'; key: string }
  | { form: 'client' | 'pair'; id: string; secret: string }

/** What a request to a dialect presents. `key` and `token` (short-lived) are one text. */
export type DialectCredential =
  | { kind: 'key' | 'token'; text: string }
  | { kind: 'client' | 'pair'; id: string; secret: string }

export interface CreateDialectKey {
  tenant: TenantId
  name: string
  dialect: string
  /** A session's id. */
  session?: string
}

/** A session's credential that may be shown again. */
export interface SessionCredential {
  /** The session's id. */
  session: string
  /** What the dialect calls the session. */
  id: string
  secret: string
  createdAt: number
}

/** How a quota stands. */
export interface QuotaState {
  kind: UsageKind
  period: UsagePeriod
  /** 0 is without one. */
  limit: number
  used: number
  /** When the next period begins, milliseconds since the epoch. */
  resetsAt: number
}

/** What a tenant uses. */
export interface Usage {
  tenant: TenantId
  quotas: QuotaState[]
  sessions: number
  /** Of files that are kept. */
  mediaBytes: number
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
  /** Like `createKey` for a dialect that is known. Rejects with `invalid_request` where it has no such keys. */
  createDialectKey(input: CreateDialectKey): Promise<{ record: KeyRecord; shown: ShownCredential }>
  /** Undefined unless the credential is a valid one of this dialect. Takes the same time for a wrong secret. */
  authenticateDialect(dialect: string, credential: DialectCredential): Promise<Caller | undefined>
  /** Exchanges a client's id and secret for a token that lives `ttlMs`; undefined where they are wrong. */
  issueToken(dialect: string, client: { id: string; secret: string }, ttlMs: number): Promise<string | undefined>
  /** Exchanges a key's caller for a token that a browser keeps for `ttlMs`; it goes with its key. */
  logIn(caller: Caller, ttlMs: number): Promise<string>
  /** Undefined where the token is unknown, has ended or is none of a browser. */
  authenticateLogin(token: string): Promise<Caller | undefined>
  /** The token is refused from then on. */
  logOut(token: string): Promise<void>
  /** Binds a key to a session at its first use; one that is bound already stays so. Rejects with `session_not_found`. */
  bindKey(caller: Caller, session: string): Promise<Caller>
  /** The credentials of a tenant's sessions in a dialect that shows them again, oldest first. */
  sessionCredentials(tenant: TenantId, dialect: string): Promise<SessionCredential[]>
  /**
   * Looks numbers up (`work`) on the account of the tenant's month: counted before, taken back where the work fails.
   * Rejects with `quota_exceeded` where they are more than are left; nothing is counted then.
   */
  countChecks<Value>(tenant: TenantId, amount: number, work: () => Promise<Value>): Promise<Value>
  /** Rejects with `not_found`. */
  usage(tenant: TenantId): Promise<Usage>
  /** Rejects with `tenant_exists`, and `invalid_request` for an id that is no plain name or an unknown time zone. */
  createTenant(input: { id?: string; name: string } & TenantPatch): Promise<Tenant>
  /** Rejects with `not_found` and `invalid_request`. */
  updateTenant(id: TenantId, patch: TenantPatch): Promise<Tenant>
  /** Rejects with `not_found`. */
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

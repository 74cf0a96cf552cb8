import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { DEFAULT_TENANT, isSessionName, type KeyId, newId, type SessionUid, type TenantId } from '../core/ids.ts'
import { DialectCredentials } from './dialect-keys.ts'
import { formatKey, hashSecret, newSecret, parseKey, secretMatches } from './key-format.ts'
import { type AccessStore, type KeyRecord, SCOPES, type StoredAnswer, type Tenant } from './ports.ts'
import type {
  AccessVerbs,
  Caller,
  CreateDialectKey,
  CreateKey,
  DialectCredential,
  DialectKeys,
  QuotaState,
  SessionCredential,
  ShownCredential,
} from './verbs.ts'

/** What this room needs to know of sessions: which one of a tenant has this id. */
export interface SessionDirectory {
  getSession(tenant: TenantId, id: string): Promise<{ uid: SessionUid; id: string } | undefined>
}

export interface AccessOptions {
  store: AccessStore
  sessions: SessionDirectory
  clock: Clock
  /** An admin key chosen by the operator. It is never stored: it is valid while the configuration names it. */
  adminKey?: string | null
  /** Which keys each dialect has; none by default. */
  dialects?: ReadonlyMap<string, DialectKeys>
}

/** Names the operator's own key where a key's id is asked for. */
const CONFIGURED_KEY = 'key_configured' as KeyId
/** Compared with when the id is unknown, so that an unknown id takes as long as a wrong secret. */
const NO_HASH = hashSecret('')

/**
 * Tenants, keys and kept answers. Keys are read from the store on every call instead of from a cache: a deleted key,
 * or one whose session is gone, is refused from the same moment on.
 */
export class Access implements AccessVerbs {
  readonly #store: AccessStore
  readonly #sessions: SessionDirectory
  readonly #clock: Clock
  readonly #adminHash: string | null
  readonly #dialectKeys: DialectCredentials

  constructor({ store, sessions, clock, adminKey, dialects = new Map() }: AccessOptions) {
    this.#store = store
    this.#sessions = sessions
    this.#clock = clock
    this.#adminHash = adminKey ? hashSecret(adminKey) : null
    this.#dialectKeys = new DialectCredentials({ store, dialects, clock })
  }

  async authenticate(presented: string): Promise<Caller | undefined> {
    const key = presented.trim()
    if (this.#adminHash && secretMatches(key, this.#adminHash)) {
      return { tenant: DEFAULT_TENANT, keyId: CONFIGURED_KEY, scopes: ['admin'], session: null }
    }
    const parsed = parseKey(key)
    if (!parsed) return undefined
    const record = await this.#store.getKey(parsed.id)
    const matches = secretMatches(parsed.secret, record?.secretHash ?? NO_HASH)
    if (!record || !matches || record.dialect !== null) return undefined
    return { tenant: record.tenant, keyId: record.id, scopes: record.scopes, session: record.session }
  }

  async createKey(input: CreateKey): Promise<{ record: KeyRecord; key: string }> {
    checkScopes(input)
    if (!(await this.#store.getTenant(input.tenant))) throw new KurirError('not_found', 'No such tenant')
    const session = input.session === undefined ? null : await this.#findSession(input.tenant, input.session)
    const secret = newSecret()
    const record: KeyRecord = {
      id: newId('key'),
      tenant: input.tenant,
      name: input.name,
      secretHash: hashSecret(secret),
      scopes: [...new Set(input.scopes)],
      sessionUid: session?.uid ?? null,
      session: session?.id ?? null,
      dialect: null,
      alias: null,
      sealed: null,
      createdAt: this.#clock.now(),
    }
    await this.#store.createKey(record)
    return { record, key: formatKey(record.id, secret) }
  }

  async createDialectKey(input: CreateDialectKey): Promise<{ record: KeyRecord; shown: ShownCredential }> {
    if (!(await this.#store.getTenant(input.tenant))) throw new KurirError('not_found', 'No such tenant')
    const session = input.session === undefined ? null : await this.#findSession(input.tenant, input.session)
    return this.#dialectKeys.create(input, session)
  }

  authenticateDialect(dialect: string, credential: DialectCredential): Promise<Caller | undefined> {
    return this.#dialectKeys.authenticate(dialect, credential)
  }

  issueToken(dialect: string, client: { id: string; secret: string }, ttlMs: number): Promise<string | undefined> {
    return this.#dialectKeys.issueToken(dialect, client, ttlMs)
  }

  async bindKey(caller: Caller, session: string): Promise<Caller> {
    return this.#dialectKeys.bind(caller, await this.#findSession(caller.tenant, session))
  }

  sessionCredentials(tenant: TenantId, dialect: string): Promise<SessionCredential[]> {
    return this.#dialectKeys.ofSessions(tenant, dialect)
  }

  async takeQuota(tenant: TenantId, what: string, amount: number, limit: number): Promise<QuotaState> {
    if (limit === 0) return { allowed: true, limit, used: 0, remaining: 0 }
    const { used, taken } = await this.#store.countUsage(this.#counter(tenant, what), amount, limit)
    return { allowed: taken, limit, used, remaining: Math.max(0, limit - used) }
  }

  returnQuota(tenant: TenantId, what: string, amount: number): Promise<void> {
    return this.#store.uncountUsage(this.#counter(tenant, what), amount)
  }

  listKeys(tenant: TenantId | null, page: { limit: number; cursor?: KeyId }): Promise<KeyRecord[]> {
    return this.#store.listKeys(tenant, page)
  }

  async deleteKey(tenant: TenantId | null, id: KeyId): Promise<void> {
    if (!(await this.#store.deleteKey(tenant, id))) throw new KurirError('not_found', 'No such key')
  }

  /** Rejects with `tenant_exists`, and `invalid_request` for an id that is no plain name. */
  async createTenant(input: { id?: string; name: string; countryCode?: string }): Promise<Tenant> {
    if (input.id !== undefined && !isSessionName(input.id)) {
      throw new KurirError('invalid_request', 'A tenant’s id is 1 to 64 letters, digits, "_" and "-"', {
        fields: [
          {
            field: '/id',
            message: 'must be 1 to 64 letters, digits, "_" and "-", and begin with one of the first two',
          },
        ],
      })
    }
    const tenant: Tenant = {
      id: input.id === undefined ? newId('ten') : (input.id as TenantId),
      name: input.name,
      countryCode: input.countryCode ?? '62',
      createdAt: this.#clock.now(),
    }
    if (!(await this.#store.createTenant(tenant))) throw new KurirError('tenant_exists')
    return tenant
  }

  /** Rejects with `not_found`. */
  async getTenant(id: TenantId): Promise<Tenant> {
    const tenant = await this.#store.getTenant(id)
    if (!tenant) throw new KurirError('not_found', 'No such tenant')
    return tenant
  }

  listTenants(page: { limit: number; cursor?: TenantId }): Promise<Tenant[]> {
    return this.#store.listTenants(page)
  }

  async bootstrap(): Promise<string | undefined> {
    const createdAt = this.#clock.now()
    await this.#store.createTenant({ id: DEFAULT_TENANT, name: 'Default', countryCode: '62', createdAt })
    if (this.#adminHash || (await this.#store.hasAdminKey())) return undefined
    const { key } = await this.createKey({ tenant: DEFAULT_TENANT, name: 'First admin key', scopes: ['admin'] })
    return key
  }

  getAnswer(tenant: TenantId, key: string): Promise<StoredAnswer | undefined> {
    return this.#store.getAnswer(tenant, key)
  }

  saveAnswer(tenant: TenantId, key: string, answer: StoredAnswer): Promise<void> {
    return this.#store.saveAnswer(tenant, key, answer)
  }

  #counter(tenant: TenantId, what: string) {
    return { tenant, what, month: new Date(this.#clock.now()).toISOString().slice(0, 'YYYY-MM'.length) }
  }

  async #findSession(tenant: TenantId, id: string): Promise<{ uid: SessionUid; id: string }> {
    const session = await this.#sessions.getSession(tenant, id)
    if (!session) throw new KurirError('session_not_found')
    return session
  }
}

function checkScopes({ scopes, session }: CreateKey): void {
  const known = scopes.length > 0 && scopes.every((scope) => SCOPES.includes(scope))
  if (!known) throw new KurirError('invalid_request', `A key needs at least one scope of ${SCOPES.join(', ')}`)
  if (session !== undefined && scopes.includes('admin')) {
    throw new KurirError('invalid_request', 'An admin key cannot be bound to a session')
  }
}

import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { DEFAULT_TENANT, isSessionName, type KeyId, newId, type SessionUid, type TenantId } from '../core/ids.ts'
import { NO_QUOTAS, periodEnd, periodOf, QUOTAS, type Quotas, secondsLeft } from '../core/quota.ts'
import { isTimeZone } from '../core/time-zone.ts'
import { DialectCredentials } from './dialect-keys.ts'
import { formatKey, hashSecret, newSecret, parseKey, secretMatches } from './key-format.ts'
import { Logins } from './logins.ts'
import { type AccessStore, type KeyRecord, SCOPES, type StoredAnswer, type Tenant, type TenantPatch } from './ports.ts'
import type {
  AccessVerbs,
  Caller,
  CreateDialectKey,
  CreateKey,
  DialectCredential,
  DialectKeys,
  SessionCredential,
  ShownCredential,
  Usage,
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
  /** Limits of tenants that have none of their own; none by default. */
  quotas?: Quotas
  /** Which keys each dialect has; none by default. */
  dialects?: ReadonlyMap<string, DialectKeys>
}

/** Whom the operator's own key stands for; its id names it where a key's id is asked for. */
const CONFIGURED: Caller = {
  tenant: DEFAULT_TENANT,
  keyId: 'key_configured' as KeyId,
  scopes: ['admin'],
  session: null,
}
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
  readonly #quotas: Quotas
  readonly #dialectKeys: DialectCredentials
  readonly #logins: Logins

  constructor({ store, sessions, clock, adminKey, quotas = NO_QUOTAS, dialects = new Map() }: AccessOptions) {
    this.#store = store
    this.#sessions = sessions
    this.#clock = clock
    this.#quotas = quotas
    this.#adminHash = adminKey ? hashSecret(adminKey) : null
    this.#dialectKeys = new DialectCredentials({ store, dialects, clock })
    const configured = this.#adminHash === null ? null : { caller: CONFIGURED, hash: this.#adminHash }
    this.#logins = new Logins({ store, clock, configured })
  }

  async authenticate(presented: string): Promise<Caller | undefined> {
    const key = presented.trim()
    if (this.#adminHash && secretMatches(key, this.#adminHash)) return CONFIGURED
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

  logIn(caller: Caller, ttlMs: number): Promise<string> {
    return this.#logins.open(caller, ttlMs)
  }

  authenticateLogin(token: string): Promise<Caller | undefined> {
    return this.#logins.callerOf(token)
  }

  logOut(token: string): Promise<void> {
    return this.#logins.close(token)
  }

  async bindKey(caller: Caller, session: string): Promise<Caller> {
    return this.#dialectKeys.bind(caller, await this.#findSession(caller.tenant, session))
  }

  sessionCredentials(tenant: TenantId, dialect: string): Promise<SessionCredential[]> {
    return this.#dialectKeys.ofSessions(tenant, dialect)
  }

  async countChecks<Value>(tenant: TenantId, amount: number, work: () => Promise<Value>): Promise<Value> {
    const at = this.#clock.now()
    const counter = { tenant, what: 'number_checks', period: periodOf(at, 'month') } as const
    const own = await this.#store.getTenant(tenant)
    const limit = own?.quotas.numberChecksPerMonth ?? this.#quotas.numberChecksPerMonth
    const { taken } = await this.#store.countUsage(counter, amount, limit > 0 ? limit : Number.MAX_SAFE_INTEGER)
    if (!taken) {
      const retryAfter = secondsLeft(at, 'month')
      throw new KurirError('quota_exceeded', `The tenant may check ${limit} numbers a month`, { retryAfter })
    }
    try {
      return await work()
    } catch (error) {
      await this.#store.uncountUsage(counter, amount)
      throw error
    }
  }

  async usage(id: TenantId): Promise<Usage> {
    const tenant = await this.getTenant(id)
    const at = this.#clock.now()
    const limits = { ...this.#quotas, ...tenant.quotas }
    const { counters, ...rest } = await this.#store.readUsage(id, [periodOf(at, 'month'), periodOf(at, 'day')])
    const quotas = QUOTAS.map(({ kind, period, limit }) => {
      const counter = counters.find((one) => one.what === kind && one.period === periodOf(at, period))
      return { kind, period, limit: limits[limit], used: counter?.used ?? 0, resetsAt: periodEnd(at, period) }
    })
    return { tenant: id, quotas, ...rest }
  }

  listKeys(tenant: TenantId | null, page: { limit: number; cursor?: KeyId }): Promise<KeyRecord[]> {
    return this.#store.listKeys(tenant, page)
  }

  async deleteKey(tenant: TenantId | null, id: KeyId): Promise<void> {
    if (!(await this.#store.deleteKey(tenant, id))) throw new KurirError('not_found', 'No such key')
  }

  async createTenant({ id, name, ...input }: { id?: string; name: string } & TenantPatch): Promise<Tenant> {
    if (id !== undefined && !isSessionName(id)) {
      throw new KurirError('invalid_request', 'A tenant’s id is 1 to 64 letters, digits, "_" and "-"', {
        fields: [
          {
            field: '/id',
            message: 'must be 1 to 64 letters, digits, "_" and "-", and begin with one of the first two',
          },
        ],
      })
    }
    checkTimeZone(input)
    const tenant = newTenant(id === undefined ? newId('ten') : (id as TenantId), name, this.#clock.now())
    const { quotas = {}, ...rest } = input
    const own = Object.entries(quotas).filter(([, limit]) => limit !== null)
    const made = { ...tenant, ...rest, quotas: Object.fromEntries(own) }
    if (!(await this.#store.createTenant(made))) throw new KurirError('tenant_exists')
    return made
  }

  async updateTenant(id: TenantId, patch: TenantPatch): Promise<Tenant> {
    checkTimeZone(patch)
    const tenant = await this.#store.updateTenant(id, patch)
    if (!tenant) throw new KurirError('not_found', 'No such tenant')
    return tenant
  }

  async getTenant(id: TenantId): Promise<Tenant> {
    const tenant = await this.#store.getTenant(id)
    if (!tenant) throw new KurirError('not_found', 'No such tenant')
    return tenant
  }

  listTenants(page: { limit: number; cursor?: TenantId }): Promise<Tenant[]> {
    return this.#store.listTenants(page)
  }

  async bootstrap(): Promise<string | undefined> {
    await this.#store.createTenant(newTenant(DEFAULT_TENANT, 'Default', this.#clock.now()))
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

  async #findSession(tenant: TenantId, id: string): Promise<{ uid: SessionUid; id: string }> {
    const session = await this.#sessions.getSession(tenant, id)
    if (!session) throw new KurirError('session_not_found')
    return session
  }
}

/** As all begin: in Indonesia, with the gateway's quotas. */
function newTenant(id: TenantId, name: string, createdAt: number): Tenant {
  return { id, name, countryCode: '62', timeZone: 'Asia/Jakarta', quotas: {}, createdAt }
}

function checkTimeZone({ timeZone }: TenantPatch): void {
  if (timeZone === undefined || isTimeZone(timeZone)) return
  const fields = [{ field: '/time_zone', message: 'must be a name of the IANA database, such as Asia/Jakarta' }]
  throw new KurirError('invalid_request', `No such time zone: ${timeZone}`, { fields })
}

function checkScopes({ scopes, session }: CreateKey): void {
  const known = scopes.length > 0 && scopes.every((scope) => SCOPES.includes(scope))
  if (!known) throw new KurirError('invalid_request', `A key needs at least one scope of ${SCOPES.join(', ')}`)
  if (session !== undefined && scopes.includes('admin')) {
    throw new KurirError('invalid_request', 'An admin key cannot be bound to a session')
  }
}

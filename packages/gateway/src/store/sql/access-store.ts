import type {
  AccessStore,
  KeyRecord,
  StoredAnswer,
  Tenant,
  TenantPatch,
  TenantUsage,
  TokenRecord,
  UsageCounter,
} from '../../access/ports.ts'
import type { Clock } from '../../core/clock.ts'
import type { KeyId, SessionUid, TenantId } from '../../core/ids.ts'
import type { TenantQuotas } from '../../core/quota.ts'
import type { GroupCommit } from './group-commit.ts'
import { ANSWER_KEPT_MS, type AnswerTable } from './tables/answer.ts'
import type { ApiKeyTable } from './tables/api-key.ts'
import type { MediaTable } from './tables/media.ts'
import type { SessionTable } from './tables/session.ts'
import type { TenantTable } from './tables/tenant.ts'
import type { TokenTable } from './tables/token.ts'
import type { UsageTable } from './tables/usage.ts'

export class SqlAccessStore implements AccessStore {
  private readonly writer: GroupCommit
  private readonly tenants: TenantTable
  private readonly keys: ApiKeyTable
  private readonly answers: AnswerTable
  private readonly tokens: TokenTable
  private readonly usage: UsageTable
  private readonly sessions: SessionTable
  private readonly media: MediaTable
  private readonly clock: Clock

  constructor(
    writer: GroupCommit,
    tables: {
      tenants: TenantTable
      apiKeys: ApiKeyTable
      answers: AnswerTable
      tokens: TokenTable
      usage: UsageTable
      sessions: SessionTable
      media: MediaTable
    },
    clock: Clock,
  ) {
    this.writer = writer
    this.tenants = tables.tenants
    this.keys = tables.apiKeys
    this.answers = tables.answers
    this.tokens = tables.tokens
    this.usage = tables.usage
    this.sessions = tables.sessions
    this.media = tables.media
    this.clock = clock
  }

  createTenant(tenant: Tenant): Promise<boolean> {
    return this.writer.write(() => this.tenants.insert(tenant))
  }

  getTenant(id: TenantId): Promise<Tenant | undefined> {
    return this.writer.read(() => this.tenants.byId(id))
  }

  updateTenant(id: TenantId, patch: TenantPatch): Promise<Tenant | undefined> {
    return this.writer.write(async () => {
      const before = await this.tenants.byId(id)
      if (!before) return undefined
      const { quotas, ...rest } = patch
      const after = { ...before, ...rest, quotas: mergeQuotas(before.quotas, quotas ?? {}) }
      await this.tenants.update(after)
      return after
    })
  }

  listTenants(page: { limit: number; cursor?: TenantId }): Promise<Tenant[]> {
    return this.writer.read(() => this.tenants.list(page.cursor ?? '', page.limit))
  }

  createKey(key: KeyRecord): Promise<void> {
    return this.writer.write(() => this.keys.insert(key))
  }

  getKey(id: KeyId): Promise<KeyRecord | undefined> {
    return this.writer.read(() => this.keys.byId(id))
  }

  listKeys(tenant: TenantId | null, page: { limit: number; cursor?: KeyId }): Promise<KeyRecord[]> {
    return this.writer.read(() => this.keys.list(tenant, page.cursor ?? '', page.limit))
  }

  deleteKey(tenant: TenantId | null, id: KeyId): Promise<boolean> {
    return this.writer.write(() => this.keys.delete(tenant, id))
  }

  hasAdminKey(): Promise<boolean> {
    return this.writer.read(() => this.keys.anyAdmin())
  }

  findDialectKeys(dialect: string, alias: string): Promise<KeyRecord[]> {
    return this.writer.read(() => this.keys.ofAlias(dialect, alias))
  }

  listDialectKeys(tenant: TenantId, dialect: string): Promise<KeyRecord[]> {
    return this.writer.read(() => this.keys.ofDialect(tenant, dialect))
  }

  bindKey(id: KeyId, session: { uid: SessionUid; id: string }): Promise<KeyRecord | undefined> {
    return this.writer.write(async () => {
      await this.keys.bind(id, session)
      return this.keys.byId(id)
    })
  }

  saveToken(token: TokenRecord): Promise<void> {
    return this.writer.write(() => this.tokens.insert(token))
  }

  deleteToken(hash: string): Promise<void> {
    return this.writer.write(() => this.tokens.delete(hash))
  }

  getTokenKey(hash: string, now: number): Promise<KeyRecord | undefined> {
    return this.writer.read(() => this.keys.ofToken(hash, now))
  }

  countUsage(counter: UsageCounter, amount: number, limit: number): Promise<{ used: number; taken: boolean }> {
    return this.writer.write(async () => {
      const used = await this.usage.of(counter)
      if (used + amount > limit) return { used, taken: false }
      this.usage.add(counter, amount)
      return { used: used + amount, taken: true }
    })
  }

  readUsage(tenant: TenantId, periods: readonly string[]): Promise<TenantUsage> {
    return this.writer.read(async () => ({
      counters: await this.usage.ofPeriods(tenant, periods),
      sessions: await this.sessions.count(tenant),
      mediaBytes: await this.media.bytesOf(tenant),
    }))
  }

  uncountUsage(counter: UsageCounter, amount: number): Promise<void> {
    return this.writer.write(() => this.usage.add(counter, -amount))
  }

  getAnswer(tenant: TenantId, key: string): Promise<StoredAnswer | undefined> {
    return this.writer.read(() => this.answers.get(tenant, key, this.clock.now() - ANSWER_KEPT_MS))
  }

  saveAnswer(tenant: TenantId, key: string, answer: StoredAnswer): Promise<void> {
    return this.writer.write(() => this.answers.save(tenant, key, answer))
  }
}

function mergeQuotas(before: TenantQuotas, patch: NonNullable<TenantPatch['quotas']>): TenantQuotas {
  const entries = Object.entries({ ...before, ...patch }).filter(([, limit]) => limit !== null && limit !== undefined)
  return Object.fromEntries(entries)
}

import type { AccessStore, KeyRecord, StoredAnswer, Tenant } from '../../access/ports.ts'
import type { Clock } from '../../core/clock.ts'
import type { KeyId, TenantId } from '../../core/ids.ts'
import type { GroupCommit } from './group-commit.ts'
import { ANSWER_KEPT_MS, type AnswerTable } from './tables/answer.ts'
import type { ApiKeyTable } from './tables/api-key.ts'
import type { TenantTable } from './tables/tenant.ts'

export class SqliteAccessStore implements AccessStore {
  private readonly writer: GroupCommit
  private readonly tenants: TenantTable
  private readonly keys: ApiKeyTable
  private readonly answers: AnswerTable
  private readonly clock: Clock

  constructor(
    writer: GroupCommit,
    tables: { tenants: TenantTable; apiKeys: ApiKeyTable; answers: AnswerTable },
    clock: Clock,
  ) {
    this.writer = writer
    this.tenants = tables.tenants
    this.keys = tables.apiKeys
    this.answers = tables.answers
    this.clock = clock
  }

  createTenant(tenant: Tenant): Promise<boolean> {
    return this.writer.write(() => this.tenants.insert(tenant))
  }

  getTenant(id: TenantId): Promise<Tenant | undefined> {
    return this.writer.read(() => this.tenants.byId(id))
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

  getAnswer(tenant: TenantId, key: string): Promise<StoredAnswer | undefined> {
    return this.writer.read(() => this.answers.get(tenant, key, this.clock.now() - ANSWER_KEPT_MS))
  }

  saveAnswer(tenant: TenantId, key: string, answer: StoredAnswer): Promise<void> {
    return this.writer.write(() => this.answers.save(tenant, key, answer))
  }
}

import type { Clock } from '../core/clock.ts'
import { newId, type TenantId } from '../core/ids.ts'
import type { AuditEntry, AuditFilter, AuditStore } from './ports.ts'
import type { AuditVerbs } from './verbs.ts'

/** It is done at the phone, by no key. */
const PAIRED = { actor: null, api: null, action: 'session.paired', target: null }

interface AuditNeeds {
  store: AuditStore
  clock: Clock
  logger: { error(fields: object, message: string): void }
}

/** The record of what was done with keys, pairings, settings and deletions, per tenant. */
export class Audit implements AuditVerbs {
  readonly #needs: AuditNeeds

  constructor(needs: AuditNeeds) {
    this.#needs = needs
  }

  async record(done: Omit<AuditEntry, 'id' | 'at'>): Promise<void> {
    const { store, clock, logger } = this.#needs
    const entry = { ...done, id: newId('aud'), at: clock.now() }
    try {
      await store.append(entry)
    } catch (err) {
      logger.error({ err, action: entry.action, target: entry.target }, 'an entry of the audit log could not be kept')
    }
  }

  /** A phone was linked to the session. Never rejects. */
  paired(tenant: TenantId, session: string): Promise<void> {
    return this.record({ ...PAIRED, tenant, session, fields: [] })
  }

  list(tenant: TenantId, filter: AuditFilter): Promise<AuditEntry[]> {
    return this.#needs.store.list(tenant, filter)
  }
}

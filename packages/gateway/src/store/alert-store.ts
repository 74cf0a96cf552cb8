import type { AlertStore } from '../alerts/ports.ts'
import type { Alert } from '../core/alert.ts'
import type { EndpointId, TenantId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'
import type { ItemStore } from '../items/ports.ts'
import type { SessionStore } from '../sessions/ports.ts'
import type { WebhookStore } from '../webhooks/ports.ts'
import type { Store } from './store.ts'

/** No dialect has this name: the gateway's own items. */
const SHELF = { dialect: 'kurir', kind: 'alert' } as const
const PAGE = 200

/** Alerts among the items, and their events in the sessions' order: of every store that keeps them. */
export class ItemAlertStore implements AlertStore {
  readonly #items: ItemStore
  readonly #sessions: Pick<SessionStore, 'listSessions' | 'recordAlert'>
  readonly #webhooks: Pick<WebhookStore, 'getEndpoint'>

  constructor({ items, sessions, webhooks }: Pick<Store, 'items' | 'sessions' | 'webhooks'>) {
    this.#items = items
    this.#sessions = sessions
    this.#webhooks = webhooks
  }

  async webhookExists(tenant: TenantId, id: string): Promise<boolean> {
    return (await this.#webhooks.getEndpoint(tenant, id as EndpointId)) !== undefined
  }

  async *sessions(): AsyncGenerator<SessionRecord> {
    for (let cursor: string | undefined; ; ) {
      const page = cursor === undefined ? { limit: PAGE } : { limit: PAGE, cursor }
      const sessions = await this.#sessions.listSessions(null, page)
      yield* sessions
      const last = sessions.at(-1)
      if (!last || sessions.length < PAGE) return
      cursor = `${last.id}/${last.uid}`
    }
  }

  async get(tenant: TenantId, key: string): Promise<Alert | undefined> {
    return (await this.#items.getItem({ ...SHELF, tenant, id: key }))?.value as Alert | undefined
  }

  async save(key: string, alert: Alert): Promise<void> {
    const { tenant, sessionUid, since, clearedAt } = alert
    // The event first: after a crash in between it is told twice rather than never.
    await this.#sessions.recordAlert(sessionUid, alert)
    await this.#items.saveItem({
      ...{ ...SHELF, tenant, id: key, session: sessionUid },
      ...{ value: alert, changedAt: clearedAt ?? since },
    })
  }

  async listOpen(tenant: TenantId): Promise<Alert[]> {
    const open: Alert[] = []
    for (let before: string | undefined; ; ) {
      const page = before === undefined ? { limit: PAGE } : { limit: PAGE, before }
      const items = await this.#items.listItems({ ...SHELF, tenant }, page)
      open.push(...items.map(({ value }) => value as Alert).filter(({ clearedAt }) => clearedAt === null))
      before = items.at(-1)?.id
      if (before === undefined || items.length < PAGE) return open
    }
  }
}

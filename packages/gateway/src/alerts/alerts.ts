import { type Alert, type AlertKind, presentAlert } from '../core/alert.ts'
import type { Clock } from '../core/clock.ts'
import type { SessionUid, TenantId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import type { AlertStore } from './ports.ts'
import type { AlertVerbs } from './verbs.ts'

export interface AlertsNeeds {
  store: AlertStore
  http: Pick<SafeFetch, 'post'>
  clock: Clock
  logger: { warn(fields: object, message: string): void }
  /** Called with every change; null: nobody is. */
  url: string | null
  /** How long a session may be away. Milliseconds. */
  downAfterMs: number
}

/** What came of an attempt to deliver a webhook. */
export interface SettledDelivery {
  tenant: TenantId
  sessionUid: SessionUid
  session: string
  webhook: string
  outcome: 'delivered' | 'retry' | 'dead'
  reason: string
}

const LOOK_EVERY_MS = 15_000
/** Waits between attempts to call the operator's URL. Milliseconds. */
const CALL_AGAIN_MS = [1_000, 10_000, 60_000]

/** Watches what a person should know of, and tells: by events, by a list and by a call to the operator's own URL. */
export class Alerts implements AlertVerbs {
  readonly #needs: AlertsNeeds
  readonly #stop = new AbortController()
  /** By key; null: there is none now. */
  readonly #known = new Map<string, Alert | null>()
  #looking: Promise<void> = Promise.resolve()
  #changing: Promise<void> = Promise.resolve()

  constructor(needs: AlertsNeeds) {
    this.#needs = needs
  }

  /** Looks now and every quarter of a minute. */
  start(): void {
    this.#looking = this.#watch()
  }

  /** Resolves when the store is no longer used. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#looking
    await this.#changing
  }

  listOpen(tenant: TenantId): Promise<Alert[]> {
    return this.#needs.store.listOpen(tenant)
  }

  /** A delivery that was given up raises an alert of its webhook, one that arrives clears it. Never rejects. */
  async deliverySettled({ outcome, webhook, reason, ...session }: SettledDelivery): Promise<void> {
    if (outcome === 'retry' || this.#stop.signal.aborted) return
    const about = { ...session, kind: 'webhook_failing', webhook } as const
    await this.#settle(about, outcome === 'dead' ? reason : null).catch(this.#warn)
  }

  async #watch(): Promise<void> {
    const { clock, store } = this.#needs
    while (!this.#stop.signal.aborted) {
      try {
        const tenants = new Set<TenantId>()
        for await (const session of store.sessions()) {
          if (this.#stop.signal.aborted) return
          tenants.add(session.tenant)
          await this.#look(session)
        }
        for (const tenant of tenants) await this.#forgetDeleted(tenant)
      } catch (error) {
        this.#warn(error)
      }
      await clock.sleep(LOOK_EVERY_MS, this.#stop.signal)
    }
  }

  /** A webhook that is gone fails no longer. */
  async #forgetDeleted(tenant: TenantId): Promise<void> {
    const { store } = this.#needs
    for (const { reason: _reason, since: _since, clearedAt: _clearedAt, ...about } of await store.listOpen(tenant)) {
      const { webhook } = about
      if (webhook !== null && !(await store.webhookExists(tenant, webhook))) await this.#settle(about, null)
    }
  }

  readonly #warn = (err: unknown) => this.#needs.logger.warn({ err }, 'alerts could not be looked after')

  async #look(session: SessionRecord): Promise<void> {
    const { clock, downAfterMs } = this.#needs
    const now = clock.now()
    const { tenant, uid: sessionUid, id, status, reason, since, shouldRun, restriction } = session
    const isAway = shouldRun && (status === 'disconnected' || status === 'connecting') && now - since >= downAfterMs
    // Logged out by a call of ours, somebody knows of it.
    const isUnlinked = status === 'logged_out' && reason !== 'logout' && reason !== 'requested'
    const isRestricted = restriction !== null && restriction.until > now
    const found: [AlertKind, string | null][] = [
      ['session_down', isAway ? reason : null],
      ['session_logged_out', isUnlinked ? reason : null],
      ['session_restricted', isRestricted ? 'restricted' : null],
    ]
    for (const [kind, why] of found) await this.#settle({ kind, tenant, sessionUid, session: id, webhook: null }, why)
  }

  /** `reason` null: it is not, or no longer, so. */
  async #settle(about: Omit<Alert, 'reason' | 'since' | 'clearedAt'>, reason: string | null): Promise<void> {
    const key = `${about.kind}/${about.webhook ?? about.sessionUid}`
    const known = this.#known.get(key)
    if (known !== undefined && (known === null) === (reason === null)) return
    // One after the other: two deliveries that are given up at the same time raise one alert.
    const change = this.#changing.then(() => this.#change(key, about, reason))
    this.#changing = change.catch(() => undefined)
    await change
  }

  async #change(
    key: string,
    about: Omit<Alert, 'reason' | 'since' | 'clearedAt'>,
    reason: string | null,
  ): Promise<void> {
    const { store, clock } = this.#needs
    const open = await this.#openAlert(about.tenant, key)
    if ((open === null) === (reason === null)) return
    const now = clock.now()
    const alert = open ? { ...open, clearedAt: now } : { ...about, reason: reason ?? '', since: now, clearedAt: null }
    await store.save(key, alert)
    this.#known.set(key, open ? null : alert)
    void this.#call(alert)
  }

  async #openAlert(tenant: TenantId, key: string): Promise<Alert | null> {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const kept = await this.#needs.store.get(tenant, key)
    const open = kept && kept.clearedAt === null ? kept : null
    this.#known.set(key, open)
    return open
  }

  /** Calls the operator's URL, some times if need be. Never rejects. */
  async #call(alert: Alert): Promise<void> {
    const { url, http, clock } = this.#needs
    if (url === null) return
    const type = alert.clearedAt === null ? 'alert.raised' : 'alert.cleared'
    const body = Buffer.from(JSON.stringify({ type, tenant: alert.tenant, alert: presentAlert(alert) }))
    const request = { headers: { 'content-type': 'application/json' }, body, signal: this.#stop.signal }
    for (const waitMs of [...CALL_AGAIN_MS, 0]) {
      try {
        const { status } = await http.post(url, request)
        if (status >= 200 && status < 300) return
        throw new Error(`it answered ${status}`)
      } catch (err) {
        if (this.#stop.signal.aborted) return
        this.#needs.logger.warn({ err, type, kind: alert.kind }, 'the URL for alerts could not be called')
      }
      await clock.sleep(waitMs, this.#stop.signal)
    }
  }
}

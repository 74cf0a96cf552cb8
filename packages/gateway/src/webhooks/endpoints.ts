import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { type DeliveryId, type EndpointId, newId, type SessionUid, type TenantId } from '../core/ids.ts'
import type { UrlGuard } from '../safe-fetch/guard.ts'
import { NATIVE_FORMAT } from './body.ts'
import type { CallNeeds } from './call.ts'
import { excerptOf } from './excerpt.ts'
import type { BodyRenderer, Delivery, DeliveryFilter, Endpoint, WebhookStore, WholeDelivery } from './ports.ts'
import { checkInput, checkUrl } from './rules.ts'
import { newSecret } from './sign.ts'
import { testEndpoint } from './test-call.ts'
import type { ChangeEndpoint, CreateEndpoint, DeliveryRequest, TestResult, WebhookVerbs } from './verbs.ts'

/** What the endpoints need to know of sessions. */
interface SessionFinder {
  getSession(tenant: TenantId, id: string): Promise<{ uid: SessionUid; id: string } | undefined>
}

export interface EndpointsNeeds {
  store: Omit<WebhookStore, 'dueDeliveries' | 'nextDueAt' | 'settleDelivery'>
  sessions: SessionFinder
  guard: Pick<UrlGuard, 'checkUrl'>
  clock: Clock
  /** For test calls. */
  call: CallNeeds
  /** For showing what is posted. */
  renderer: BodyRenderer
}

/** How long the secret before a rotation still signs. Milliseconds. */
const ROTATION_MS = 24 * 3_600_000

/** What is shown of a delivery's body. */
const REQUEST_BYTES = 16 * 1024

/** The webhook endpoints of the tenants and their deliveries, as the outside handles them. */
export class Endpoints implements WebhookVerbs {
  readonly #needs: EndpointsNeeds

  constructor(needs: EndpointsNeeds) {
    this.#needs = needs
  }

  async create(tenant: TenantId, input: CreateEndpoint): Promise<Endpoint> {
    const { store, sessions, clock } = this.#needs
    checkInput(input)
    this.checkUrl(input.url)
    const session = input.session === undefined ? undefined : await sessions.getSession(tenant, input.session)
    if (input.session !== undefined && !session) throw new KurirError('session_not_found')
    const endpoint: Endpoint = {
      id: newId('end'),
      kind: 'webhook',
      tenant,
      url: input.url,
      events: [...new Set(input.events ?? ['*'])],
      sessionUid: session?.uid ?? null,
      session: session?.id ?? null,
      headers: { ...input.headers },
      secret: input.secret ?? newSecret(),
      previousSecret: null,
      format: input.format ?? NATIVE_FORMAT,
      settings: { ...input.settings },
      timeoutMs: input.timeoutMs ?? null,
      disabledAt: null,
      createdAt: clock.now(),
    }
    await store.createEndpoint(endpoint)
    return endpoint
  }

  async get(tenant: TenantId, id: EndpointId): Promise<Endpoint> {
    const endpoint = await this.#needs.store.getEndpoint(tenant, id)
    if (endpoint?.kind !== 'webhook') throw new KurirError('webhook_not_found')
    return endpoint
  }

  list(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]> {
    return this.#needs.store.listEndpoints(tenant, page)
  }

  async ofSession(tenant: TenantId, session: string, format: string): Promise<Endpoint[]> {
    const found = await this.#needs.sessions.getSession(tenant, session)
    if (!found) throw new KurirError('session_not_found')
    return this.#needs.store.endpointsOf(found.uid, format)
  }

  async update(tenant: TenantId, id: EndpointId, change: ChangeEndpoint): Promise<Endpoint> {
    const { store, clock } = this.#needs
    checkInput(change)
    if (change.url !== undefined) this.checkUrl(change.url)
    const before = await this.get(tenant, id)
    const { disabled, events, ...rest } = change
    await store.updateEndpoint(id, {
      ...rest,
      ...(events === undefined ? {} : { events: [...new Set(events)] }),
      ...(disabled === undefined ? {} : { disabledAt: disabled ? (before.disabledAt ?? clock.now()) : null }),
    })
    return this.get(tenant, id)
  }

  async rotateSecret(tenant: TenantId, id: EndpointId, secret: string = newSecret()): Promise<Endpoint> {
    const { store, clock } = this.#needs
    checkInput({ secret })
    const before = await this.get(tenant, id)
    // The same one again is no rotation: the one before it keeps its time.
    if (before.secret === secret) return before
    const previousSecret = { secret: before.secret, until: clock.now() + ROTATION_MS }
    await store.updateEndpoint(id, { secret, previousSecret })
    return this.get(tenant, id)
  }

  async remove(tenant: TenantId, id: EndpointId): Promise<void> {
    await this.get(tenant, id)
    if (!(await this.#needs.store.deleteEndpoint(tenant, id))) throw new KurirError('webhook_not_found')
  }

  async test(tenant: TenantId, id: EndpointId): Promise<TestResult> {
    return testEndpoint(await this.get(tenant, id), this.#needs.call)
  }

  checkUrl(url: string): void {
    checkUrl(this.#needs.guard, url)
  }

  async deliveries(tenant: TenantId, id: EndpointId, filter: DeliveryFilter): Promise<Delivery[]> {
    await this.get(tenant, id)
    return this.#needs.store.listDeliveries(id, filter)
  }

  allDeliveries(tenant: TenantId, filter: DeliveryFilter): Promise<Delivery[]> {
    return this.#needs.store.listTenantDeliveries(tenant, filter)
  }

  async delivery(tenant: TenantId, id: DeliveryId): Promise<WholeDelivery> {
    const found = await this.#needs.store.getDelivery(tenant, id)
    if (!found) throw new KurirError('not_found', 'No such delivery')
    return found
  }

  requestOf({ event, endpoint }: WholeDelivery): DeliveryRequest | null {
    const rendered = this.#needs.renderer.render(event, endpoint)
    if (!rendered) return null
    const { contentType, body } = rendered
    return { contentType, body: excerptOf(body, endpoint, REQUEST_BYTES) ?? '' }
  }

  async redeliver(tenant: TenantId, id: DeliveryId): Promise<Delivery> {
    const { store, clock } = this.#needs
    const { endpoint } = await this.delivery(tenant, id)
    mustBeEnabled(endpoint)
    await store.redeliver(id, clock.now())
    return (await this.delivery(tenant, id)).delivery
  }

  async recover(tenant: TenantId, id: EndpointId, since: number): Promise<number> {
    const { store, clock } = this.#needs
    mustBeEnabled(await this.get(tenant, id))
    return store.recover(id, since, clock.now())
  }
}

function mustBeEnabled({ disabledAt }: Endpoint): void {
  if (disabledAt !== null) throw new KurirError('webhook_disabled')
}

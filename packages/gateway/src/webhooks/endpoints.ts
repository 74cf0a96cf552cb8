import type { Clock } from '../core/clock.ts'
import { type FieldError, KurirError } from '../core/errors.ts'
import { EVENT_TYPES } from '../core/event.ts'
import { type EndpointId, newId, type SessionUid, type TenantId } from '../core/ids.ts'
import { SafeFetchError } from '../safe-fetch/errors.ts'
import type { UrlGuard } from '../safe-fetch/guard.ts'
import { headerFaults } from './headers.ts'
import type { Endpoint, WebhookStore } from './ports.ts'
import { isSecret, newSecret } from './sign.ts'
import type { CreateEndpoint, WebhookVerbs } from './verbs.ts'

/** What the endpoints need to know of sessions. */
interface SessionFinder {
  getSession(tenant: TenantId, id: string): Promise<{ uid: SessionUid; id: string } | undefined>
}

interface EndpointsNeeds {
  store: Pick<WebhookStore, 'createEndpoint' | 'getEndpoint' | 'listEndpoints' | 'deleteEndpoint' | 'listDeliveries'>
  sessions: SessionFinder
  guard: Pick<UrlGuard, 'checkUrl'>
  clock: Clock
}

const EVENT_NAMES: ReadonlySet<string> = new Set([
  '*',
  ...EVENT_TYPES,
  ...EVENT_TYPES.map((type) => `${type.slice(0, type.indexOf('.'))}.*`),
])

/** The webhook endpoints of the tenants: created, shown and removed. */
export function createEndpoints({ store, sessions, guard, clock }: EndpointsNeeds): WebhookVerbs {
  async function get(tenant: TenantId, id: EndpointId): Promise<Endpoint> {
    const endpoint = await store.getEndpoint(tenant, id)
    if (!endpoint) throw new KurirError('webhook_not_found')
    return endpoint
  }

  return {
    async create(tenant, input) {
      const faults = faultsOf(input)
      if (faults.length > 0) throw new KurirError('invalid_request', undefined, { fields: faults })
      checkUrl(guard, input.url)
      const session = input.session === undefined ? undefined : await sessions.getSession(tenant, input.session)
      if (input.session !== undefined && !session) throw new KurirError('session_not_found')
      const endpoint: Endpoint = {
        id: newId('end'),
        tenant,
        url: input.url,
        events: [...new Set(input.events ?? ['*'])],
        sessionUid: session?.uid ?? null,
        session: session?.id ?? null,
        headers: { ...input.headers },
        secret: input.secret ?? newSecret(),
        disabledAt: null,
        createdAt: clock.now(),
      }
      await store.createEndpoint(endpoint)
      return endpoint
    },
    get,
    list: (tenant, page) => store.listEndpoints(tenant, page),
    async remove(tenant, id) {
      if (!(await store.deleteEndpoint(tenant, id))) throw new KurirError('webhook_not_found')
    },
    async deliveries(tenant, id, filter) {
      await get(tenant, id)
      return store.listDeliveries(id, filter)
    },
  }
}

function faultsOf({ events, headers, secret }: CreateEndpoint): FieldError[] {
  const faults: FieldError[] = []
  if (events?.length === 0) faults.push({ field: '/events', message: 'names at least one event' })
  events?.forEach((name, index) => {
    if (!EVENT_NAMES.has(name)) faults.push({ field: `/events/${index}`, message: 'is no event' })
  })
  faults.push(...headerFaults(headers ?? {}))
  if (secret !== undefined && !isSecret(secret)) {
    faults.push({ field: '/secret', message: 'is whsec_ and the base64 of 24 to 64 bytes' })
  }
  return faults
}

function checkUrl(guard: EndpointsNeeds['guard'], url: string): void {
  try {
    guard.checkUrl(url)
  } catch (error) {
    if (!(error instanceof SafeFetchError)) throw error
    throw new KurirError('url_not_allowed', error.message, { fields: [{ field: '/url', message: error.message }] })
  }
}

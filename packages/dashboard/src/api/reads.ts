import { queryOptions } from '@tanstack/react-query'
import { kurir } from './kurir.ts'
import { pages } from './pages.ts'
import type { Delivery } from './types.ts'

/** Milliseconds between looks at what no event tells of. */
const OFTEN_MS = 15_000
const DELIVERIES_MS = 4_000
const PAGE = 50
const WHOLE = 200

/** What of the audit log is listed; an empty text is no condition. */
export interface AuditFilter {
  action: string
  session: string
  since: string
}

export type StatsWindow = 'hour' | 'day'
export type DeliveryStatus = Delivery['status']
export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const satisfies readonly DeliveryStatus[]
/** How messages end that did not go out, or of which nobody can tell. */
export const FAILED = ['failed', 'expired', 'unknown'] as const
export type FailedStatus = (typeof FAILED)[number]

/**
 * What the page reads, as queries of `useQuery`, and of `usePages` where they are long. `tenant`: whose things, for admin keys; the
 * login's own where it is undefined.
 */
export function readsOf(tenant: string | undefined) {
  const of = tenant === undefined ? {} : { tenant }
  const query = { ...of, limit: WHOLE }
  return { ...sessionReads(of, query), ...webhookReads(of, query), ...tenantReads(of, query) }
}

export type Reads = ReturnType<typeof readsOf>
interface Of {
  tenant?: string
}

function sessionReads(of: Of, query: Of & { limit: number }) {
  return {
    sessions: () =>
      queryOptions({
        queryKey: ['sessions'],
        queryFn: () => kurir.get('/v1/sessions', { params: { query } }),
        refetchInterval: OFTEN_MS,
      }),
    session: (session: string) =>
      queryOptions({
        queryKey: ['sessions', session],
        queryFn: () => kurir.get('/v1/sessions/{session}', { params: { path: { session }, query: of } }),
      }),
    rules: (session: string) =>
      queryOptions({
        queryKey: ['rules', session],
        queryFn: () => kurir.get('/v1/sessions/{session}/rules', { params: { path: { session }, query } }),
      }),
    chats: (session: string) =>
      queryOptions({
        queryKey: ['chats', session],
        queryFn: () => kurir.get('/v1/sessions/{session}/chats', { params: { path: { session }, query } }),
      }),
    groups: (session: string) =>
      queryOptions({
        queryKey: ['groups', session],
        queryFn: () =>
          kurir.get('/v1/sessions/{session}/groups', { params: { path: { session }, query: { limit: WHOLE } } }),
        enabled: of.tenant === undefined,
      }),
    thread: (session: string, chat: string, limit: number) =>
      queryOptions({
        queryKey: ['messages', session, chat, limit],
        queryFn: () =>
          kurir.get('/v1/sessions/{session}/messages', {
            params: { path: { session }, query: { ...of, chat, limit } },
          }),
      }),
    failed: (status: FailedStatus) =>
      pages(['messages', 'failed', status], OFTEN_MS, (cursor) =>
        kurir.get('/v1/messages', { params: { query: { ...of, limit: PAGE, status, ...cursor } } }),
      ),
    message: (id: string) =>
      queryOptions({
        queryKey: ['message', id],
        queryFn: () => kurir.get('/v1/messages/{id}', { params: { path: { id }, query: of } }),
      }),
  }
}

function webhookReads(of: Of, query: Of & { limit: number }) {
  const listed = (status?: DeliveryStatus) => ({ ...of, limit: PAGE, ...(status ? { status } : {}) })
  return {
    webhooks: () =>
      queryOptions({ queryKey: ['webhooks'], queryFn: () => kurir.get('/v1/webhooks', { params: { query } }) }),
    webhook: (id: string) =>
      queryOptions({
        queryKey: ['webhooks', id],
        queryFn: () => kurir.get('/v1/webhooks/{id}', { params: { path: { id }, query: of } }),
      }),
    deliveriesOf: (id: string, status?: DeliveryStatus) =>
      pages(['deliveries', id, status], DELIVERIES_MS, (cursor) =>
        kurir.get('/v1/webhooks/{id}/deliveries', {
          params: { path: { id }, query: { ...listed(status), ...cursor } },
        }),
      ),
    /** As many dead letters as are counted one by one. */
    deadCount: () =>
      queryOptions({
        queryKey: ['deliveries', 'count'],
        queryFn: () => kurir.get('/v1/deliveries', { params: { query: { ...of, limit: 100, status: 'dead' } } }),
        refetchInterval: OFTEN_MS,
      }),
    deliveriesOfMessage: (message: string) =>
      pages(['deliveries', 'of', message], DELIVERIES_MS, (cursor) =>
        kurir.get('/v1/deliveries', { params: { query: { ...of, limit: PAGE, message, ...cursor } } }),
      ),
    delivery: (id: string) =>
      queryOptions({
        queryKey: ['deliveries', 'one', id],
        queryFn: () => kurir.get('/v1/deliveries/{id}', { params: { path: { id }, query: of } }),
        refetchInterval: DELIVERIES_MS,
      }),
    deliveries: (status: DeliveryStatus) =>
      pages(['deliveries', 'all', status], DELIVERIES_MS, (cursor) =>
        kurir.get('/v1/deliveries', { params: { query: { ...listed(status), ...cursor } } }),
      ),
  }
}

function tenantReads(of: Of, query: Of & { limit: number }) {
  return {
    keys: () => queryOptions({ queryKey: ['keys'], queryFn: () => kurir.get('/v1/keys', { params: { query } }) }),
    usage: () =>
      queryOptions({
        queryKey: ['usage'],
        queryFn: () => kurir.get('/v1/usage', { params: { query: of } }),
        refetchInterval: OFTEN_MS,
      }),
    usageOf: (tenant: string) =>
      queryOptions({
        queryKey: ['usage', tenant],
        queryFn: () => kurir.get('/v1/usage', { params: { query: { tenant } } }),
      }),
    audit: ({ action, session, since }: AuditFilter) => {
      const wanted = { ...(action && { action }), ...(session && { session }), ...(since && { since }) }
      return pages(['audit', wanted], false, (cursor) =>
        kurir.get('/v1/audit', { params: { query: { ...of, ...wanted, limit: PAGE, ...cursor } } }),
      )
    },
    alerts: () =>
      queryOptions({
        queryKey: ['alerts'],
        queryFn: () => kurir.get('/v1/alerts', { params: { query: of } }),
        refetchInterval: OFTEN_MS,
      }),
    stats: (window: StatsWindow) =>
      queryOptions({
        queryKey: ['stats', window],
        queryFn: () => kurir.get('/v1/stats', { params: { query: { ...of, window } } }),
        refetchInterval: OFTEN_MS,
      }),
  }
}

/** Of the gateway itself, whoever asks. */
export const gatewayReads = {
  tenants: () =>
    queryOptions({
      queryKey: ['tenants'],
      queryFn: () => kurir.get('/v1/tenants', { params: { query: { limit: WHOLE } } }),
    }),
  /** Also of another tenant than the one that is looked at: a key may be made for any. */
  sessionsOf: (tenant: string) =>
    queryOptions({
      queryKey: ['sessions', 'of', tenant],
      queryFn: () => kurir.get('/v1/sessions', { params: { query: { tenant, limit: WHOLE } } }),
    }),
  health: () => queryOptions({ queryKey: ['health'], queryFn: () => kurir.get('/healthz'), refetchInterval: OFTEN_MS }),
  ready: () => queryOptions({ queryKey: ['ready'], queryFn: () => kurir.get('/readyz'), refetchInterval: OFTEN_MS }),
}

import type { JsonApi } from './clients.ts'

/** The tenant's credentials. */
export interface TenantKeys {
  blipcom: { client_id: string; client_secret: string }
  sessions: string
}

/** One session's credentials. */
export interface SessionKeys {
  blazwa: string
  bots: { token: string; session_id: string; access_token: string }
  chatbot: string
}

/** Makes the credentials that stand for the tenant; the bots' token goes with each bot. `gateway` has the admin key. */
export async function createTenantKeys(gateway: JsonApi): Promise<TenantKeys & { botsToken: string }> {
  const { client_id, client_secret } = await make<TenantKeys['blipcom']>(gateway, 'blipcom')
  const { key } = await make<{ key: string }>(gateway, 'sessions')
  const { token: botsToken } = await make<{ token: string }>(gateway, 'bots')
  return { blipcom: { client_id, client_secret }, sessions: key, botsToken }
}

/** Makes the credentials that stand for a session. */
export async function createSessionKeys(gateway: JsonApi, session: string, token: string): Promise<SessionKeys> {
  const { key: blazwa } = await make<{ key: string }>(gateway, 'blazwa', session)
  const { session_id, access_token } = await make<SessionKeys['bots']>(gateway, 'bots', session)
  const { key: chatbot } = await make<{ key: string }>(gateway, 'chatbot', session)
  return { blazwa, bots: { token, session_id, access_token }, chatbot }
}

function make<Shown>(gateway: JsonApi, dialect: string, session?: string): Promise<Shown> {
  const body = { name: 'sandbox', dialect, ...(session === undefined ? {} : { session }) }
  return gateway.call<Shown>('POST', '/v1/keys', body)
}

import { Kurir, type Message } from 'kurir-client'

/**
 * A gateway's native API, as programs use it; with the place's own key unless another is given. What fails is not tried
 * again, so that a test sees it.
 */
export function clientOf(place: { gateway: string; keys: { native: string } }, key = place.keys.native): Kurir {
  return new Kurir({ baseUrl: place.gateway, key, retries: 0 })
}

/** The newest messages that came to a session. */
export async function receivedIn(client: Kurir, session: string): Promise<Message[]> {
  const params = { path: { session }, query: { direction: 'in' as const } }
  return (await client.get('/v1/sessions/{session}/messages', { params })).data
}

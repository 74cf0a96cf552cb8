import { KurirError } from '../../core/errors.ts'
import type { TenantId } from '../../core/ids.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Gateway } from '../../gateway.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, type DialectRoute, json } from '../dialect.ts'
import { readPhones } from '../numbers.ts'
import { qrDataUrl, untilPairing } from '../pairing.ts'
import { BlipcomError, failure, tokenFailure, tokenRefusal } from './errors.ts'
import { readAdd, readFind, readTokenRequest } from './requests.ts'
import { connectedAnswer, foundAnswer, scanAnswer, TOKEN_SECONDS, tokenAnswer } from './responses.ts'

/** The three endpoints; the document calls one of them by two paths. */
export const routes: readonly DialectRoute[] = [
  { method: 'POST', path: '/token', isPublic: true, handle: grantToken, error: tokenFailure },
  { method: 'GET', path: '/api/v1/whatsapp/find', handle: find },
  { method: 'GET', path: '/api/v1/whatsapp/find/:id', handle: find },
  { method: 'POST', path: '/api/v1/whatsapp/sessions/add', handle: add, audit: 'session.started' },
  { method: 'POST', path: '/api/v1/whatsapp/add', handle: add, audit: 'session.started' },
]

async function grantToken(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  try {
    const { clientId: id, clientSecret: secret } = readTokenRequest(call)
    const token = await gateway.access.issueToken('blipcom', { id, secret }, TOKEN_SECONDS * 1000)
    if (token === undefined) throw new KurirError('unauthorized')
    return json(200, tokenAnswer(token))
  } catch (error) {
    if (error instanceof BlipcomError) return tokenRefusal(error)
    throw error
  }
}

async function find(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const id = readFind(call)
  if (id === undefined) return failure('GET', 'idMissing')
  await gateway.sessions.get(call.caller.tenant, id)
  return json(200, foundAnswer())
}

/** Creates the session, or starts again one that is not connected, and waits for its QR code. */
async function add(call: DialectCall, { gateway, config }: DialectContext): Promise<DialectAnswer> {
  const { tenant } = call.caller
  const { id, phone: written } = readAdd(call.body)
  const [phone] = written === undefined ? [] : await readPhones(gateway, tenant, [written])
  if (written !== undefined && phone === undefined) return failure('ADD', 'invalid')
  const session = await createOrStart(gateway, tenant, id)
  if (session.status === 'connected') return json(200, connectedAnswer())
  const pairing = await untilPairing(gateway, tenant, id, config.sendTimeoutMs)
  if (pairing.kind === 'connected') return json(200, connectedAnswer())
  if (pairing.kind === 'timeout') return failure('ADD', 'noQr')
  const code = phone === undefined ? undefined : await pairingCode(gateway, tenant, id, phone)
  return json(200, scanAnswer(pairing.qr.text, await qrDataUrl(pairing.qr.text), code))
}

async function createOrStart(gateway: Gateway, tenant: TenantId, id: string): Promise<SessionRecord> {
  try {
    return await gateway.sessions.create(tenant, { id })
  } catch (error) {
    if (!(error instanceof KurirError && error.code === 'session_exists')) throw error
  }
  const session = await gateway.sessions.get(tenant, id)
  // One that shows a code or is on its way to one is left alone: a new start would only make the code invalid.
  const isOnItsWay = session.status === 'connected' || session.status === 'qr' || session.status === 'connecting'
  return isOnItsWay ? session : gateway.sessions.restart(tenant, id)
}

/** The code to type on the phone; null where it cannot be had. */
async function pairingCode(gateway: Gateway, tenant: TenantId, id: string, phone: string): Promise<string | null> {
  try {
    return await gateway.sessions.pairingCode(tenant, id, phone)
  } catch (error) {
    if (error instanceof KurirError) return null
    throw error
  }
}

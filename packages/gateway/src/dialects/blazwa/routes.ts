import { KurirError } from '../../core/errors.ts'
import { type Jid, jidPhone } from '../../core/jid.ts'
import type { OutgoingContent } from '../../core/message.ts'
import type { Gateway } from '../../gateway.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, type DialectRoute, json } from '../dialect.ts'
import { badField } from '../fields.ts'
import { readChat, readPhones } from '../numbers.ts'
import { type Pairing, qrDataUrl, untilPairing } from '../pairing.ts'
import { connectedSession, knownAddress, sendAndWait } from '../sending.ts'
import { refusal, webhookError } from './errors.ts'
import { EVENTS, type WebhookSettings } from './events.ts'
import { findGroup } from './groups.ts'
import { type Licensed, licensed } from './licence.ts'
import { type Content, readGroupMessage, readLook, readMessage, readNumber, readWebhook } from './requests.ts'
import {
  localTime,
  numberAnswer,
  qrAnswer,
  resetAnswer,
  type Shown,
  sentAnswer,
  statusAnswer,
  webhookAnswer,
} from './responses.ts'

/** The eight endpoints. */
export const routes: readonly DialectRoute[] = [
  { method: 'GET', path: '/openapi/wa/restart', handle: restart, audit: 'session.restarted' },
  { method: 'POST', path: '/openapi/wa/status', handle: status },
  { method: 'POST', path: '/openapi/wa/login-qr', handle: loginQr },
  { method: 'GET', path: '/openapi/wa/check-number', handle: checkNumber },
  { method: 'GET', path: '/openapi/wa/check-number/:phoneNumber', handle: checkNumber },
  { method: 'POST', path: '/openapi/wa/message', handle: sendMessage },
  { method: 'POST', path: '/openapi/wa/message-group', handle: sendToGroup },
  { method: 'POST', path: '/openapi/wa/webhook', handle: setWebhook, audit: 'webhook.changed', error: webhookError },
  { method: 'GET', path: '/openapi/wa/webhook/reset', handle: resetWebhook, audit: 'webhook.deleted' },
]

/** As the renderer of `webhookBody` is registered. */
const FORMAT = 'blazwa'

async function restart(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const licence = await licensed(call, context.gateway)
  await context.gateway.sessions.restart(licence.tenant, licence.session)
  return json(200, statusAnswer(await shown(licence, context, 'ready')))
}

async function status(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const licence = await licensed(call, context.gateway)
  return json(200, statusAnswer(await shown(licence, context, 'connected')))
}

async function loginQr(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const look = readLook(call)
  const { gateway } = context
  const { tenant, session } = await licensed(call, gateway)
  const { status: now } = await gateway.sessions.get(tenant, session)
  // One that rests shows no code: whoever wants to log in wants it to start.
  if (now === 'stopped' || now === 'logged_out') await gateway.sessions.start(tenant, session)
  const pairing = await pairingOf({ tenant, session }, context)
  if (pairing.kind === 'connected') throw new KurirError('already_connected')
  const dataUrl = await qrDataUrl(pairing.qr.text)
  if (look === 'string') return json(200, qrAnswer(dataUrl))
  const png = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')
  return { status: 200, body: png, contentType: 'image/png' }
}

async function checkNumber(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, session } = await licensed(call, gateway)
  const [phone] = await readPhones(gateway, tenant, [readNumber(call)])
  if (phone === undefined) throw badField('phoneNumber', 'must be a phone number')
  const look = () => gateway.sessions.checkNumbers(tenant, session, [phone])
  const [check] = await gateway.access.countChecks(tenant, 1, look)
  return json(200, numberAnswer(check?.exists === true))
}

async function sendMessage(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { gateway } = context
  const licence = await licensed(call, gateway)
  const { phoneNumber, ...content } = readMessage(call)
  const to = await readChat(gateway, licence.tenant, phoneNumber)
  if (!to) throw badField('phoneNumber', 'must be a phone number')
  const { phone } = await connectedSession(gateway, licence.tenant, licence.session)
  const address = await knownAddress(gateway, licence.tenant, licence.session, to)
  return deliver(call, context, { ...licence, content, from: phone, to: address, shownTo: jidPhone(to) ?? to })
}

async function sendToGroup(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { gateway } = context
  const licence = await licensed(call, gateway)
  const { groupName, ...content } = readGroupMessage(call)
  const { phone } = await connectedSession(gateway, licence.tenant, licence.session)
  const found = findGroup(await gateway.sessions.groups(licence.tenant, licence.session), groupName)
  if (found.kind === 'none') return refusal('groupNotFound', 'There is no group of this name')
  if (found.kind === 'several') throw badField('groupName', `names ${found.count} groups; rename all but one of them`)
  const to = found.group.jid
  return deliver(call, context, { ...licence, content, from: phone, to, shownTo: to })
}

interface Delivery extends Licensed {
  content: Content
  /** The session's number. */
  from: string | null
  to: Jid
  /** The recipient as the answer shows him. */
  shownTo: string
}

async function deliver(
  call: DialectCall,
  context: DialectContext,
  { tenant, session, content, from, to, shownTo }: Delivery,
): Promise<DialectAnswer> {
  const outgoing = await compose(context.gateway, tenant, content)
  const sent = await sendAndWait(context, { tenant, session, to, content: outgoing, claim: call.claim() })
  const body = content.message ?? ''
  const mediaUrl = content.imageUrl ?? null
  const { timeZone } = await context.gateway.access.getTenant(tenant)
  const createdAt = localTime(sent.timestamp, timeZone)
  return json(200, sentAnswer({ id: sent.waId, body, from: from ?? '', to: shownTo, mediaUrl, createdAt }))
}

async function compose(
  gateway: Gateway,
  tenant: Licensed['tenant'],
  { message, imageUrl }: Content,
): Promise<OutgoingContent> {
  if (imageUrl === undefined) return { type: 'text', text: message ?? '' }
  const file = await gateway.media.fromUrl(tenant, imageUrl)
  const media = await gateway.media.forMessage(tenant, file.id, 'image')
  return { type: 'image', media, ...(message === undefined ? {} : { caption: message }) }
}

/** A licence has one webhook: a new one takes the place of the old. */
async function setWebhook(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, session } = await licensed(call, gateway)
  const url = readWebhook(call)
  const settings: WebhookSettings = { mediaBase: call.absoluteUrl('/v1/media') }
  const [known, ...surplus] = await gateway.webhooks.ofSession(tenant, session, FORMAT)
  if (known) await gateway.webhooks.update(tenant, known.id, { url, settings, disabled: false })
  else await gateway.webhooks.create(tenant, { url, events: EVENTS, session, format: FORMAT, settings })
  for (const { id } of surplus) await gateway.webhooks.remove(tenant, id)
  return json(200, webhookAnswer())
}

async function resetWebhook(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const licence = await licensed(call, context.gateway)
  const { webhooks } = context.gateway
  for (const { id } of await webhooks.ofSession(licence.tenant, licence.session, FORMAT)) {
    await webhooks.remove(licence.tenant, id)
  }
  return json(200, resetAnswer(await shown(licence, context, 'connected')))
}

/** The state in the document's words, as soon as it has one. Rejects with `timeout`. */
async function shown(licence: Licensed, context: DialectContext, whenConnected: Shown): Promise<Shown> {
  const { kind } = await pairingOf(licence, context)
  return kind === 'qr' ? 'qr' : whenConnected
}

async function pairingOf(
  { tenant, session }: Licensed,
  { gateway, config }: DialectContext,
): Promise<Exclude<Pairing, { kind: 'timeout' }>> {
  const pairing = await untilPairing(gateway, tenant, session, config.sendTimeoutMs)
  if (pairing.kind !== 'timeout') return pairing
  throw new KurirError('timeout', 'The session shows no QR code and is not connected')
}

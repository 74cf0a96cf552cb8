import { KurirError } from '../../core/errors.ts'
import type { TenantId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { OutgoingContent } from '../../core/message.ts'
import type { SessionRecord, SessionStatus } from '../../core/session.ts'
import type { Gateway } from '../../gateway.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, type DialectRoute, json } from '../dialect.ts'
import { readChat, readPhones } from '../numbers.ts'
import { qrDataUrl } from '../pairing.ts'
import { connectedSession, knownAddress, sendAndWait } from '../sending.ts'
import { badRequest, notRegisteredAnswer, quotaAnswer } from './errors.ts'
import { kindOfFile } from './files.ts'
import { readCheck, readCreate, readSend, readSendMedia } from './requests.ts'
import {
  checkAnswer,
  countsAnswer,
  createdAnswer,
  deletedAnswer,
  qrAnswer,
  reconnectAnswer,
  sentAnswer,
  sessionAnswer,
} from './responses.ts'

/** The document's 50 MB. */
const MAX_FILE_BYTES = 50 * 1024 * 1024

/** The nine endpoints. */
export const routes: readonly DialectRoute[] = [
  { method: 'GET', path: '/api/sessions', handle: count },
  { method: 'POST', path: '/api/sessions', handle: create, audit: 'session.created' },
  { method: 'GET', path: '/api/sessions/:sessionId', handle: show },
  { method: 'GET', path: '/api/sessions/:sessionId/qr', handle: showQr },
  { method: 'POST', path: '/api/sessions/:sessionId/reconnect', handle: reconnect, audit: 'session.logged_out' },
  { method: 'DELETE', path: '/api/sessions/:sessionId', handle: remove, audit: 'session.deleted' },
  { method: 'POST', path: '/api/sessions/:sessionId/send', handle: sendText },
  { method: 'POST', path: '/api/sessions/:sessionId/send-media', maxFileBytes: MAX_FILE_BYTES, handle: sendMedia },
  { method: 'POST', path: '/api/number-checker', handle: checkNumbers },
]

const PAGE = 200

async function count({ caller }: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const statuses: SessionStatus[] = []
  let cursor: string | undefined
  do {
    const page = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const records = await gateway.sessions.list(caller.tenant, page)
    statuses.push(...records.map(({ status }) => status))
    cursor = records.length === PAGE ? records.at(-1)?.id : undefined
  } while (cursor !== undefined)
  return json(200, countsAnswer(statuses))
}

async function create(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const name = readCreate(call)
  const session = await gateway.sessions.create(call.caller.tenant, name === null ? {} : { name })
  return json(200, createdAnswer(session.id))
}

async function show(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  return json(200, sessionAnswer(await ownSession(call, gateway)))
}

async function showQr(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, id } = await ownSession(call, gateway)
  const { text } = await gateway.sessions.qr(tenant, id)
  return json(200, qrAnswer(await qrDataUrl(text)))
}

async function reconnect(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, id } = await ownSession(call, gateway)
  await gateway.sessions.logout(tenant, id)
  await gateway.sessions.start(tenant, id)
  return json(200, reconnectAnswer())
}

async function remove(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, id } = await ownSession(call, gateway)
  await gateway.sessions.remove(tenant, id)
  return json(200, deletedAnswer())
}

async function sendText(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { to, message, skipValidation } = readSend(call)
  const session = await ownSession(call, context.gateway)
  return deliver(call, context, { session, to, skipValidation, what: 'Message' }, async () => ({
    type: 'text',
    text: message,
  }))
}

async function sendMedia(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { gateway } = context
  const { to, caption, skipValidation } = readSendMedia(call.body)
  const file = call.files.find(({ field }) => field === 'media')
  if (!file) throw badRequest('Phone number and media file are required')
  const kind = kindOfFile(file.fileName, file.media.mimetype)
  if (!kind) throw badRequest('This type of file is not supported, or the file is not what its name says')
  const session = await ownSession(call, gateway)
  return deliver(call, context, { session, to, skipValidation, what: 'Media' }, async () => ({
    type: kind,
    media: await gateway.media.forMessage(session.tenant, file.media.id, kind),
    // WhatsApp's audio messages have no caption.
    ...(caption === undefined || kind === 'audio' ? {} : { caption }),
    ...(kind === 'document' && file.fileName !== null ? { fileName: file.fileName } : {}),
  }))
}

interface Delivery {
  session: SessionRecord
  /** As the client wrote it. */
  to: string
  skipValidation: boolean
  what: 'Message' | 'Media'
}

/** Sends to a recipient who is looked up first, unless the client wants no such check. */
async function deliver(
  call: DialectCall,
  context: DialectContext,
  { session: { tenant, id }, to, skipValidation, what }: Delivery,
  content: () => Promise<OutgoingContent>,
): Promise<DialectAnswer> {
  const { gateway } = context
  const chat = await recipient(gateway, tenant, to)
  await connectedSession(gateway, tenant, id)
  try {
    const address = skipValidation ? chat : await knownAddress(gateway, tenant, id, chat)
    const send = { tenant, session: id, to: address, content: await content(), claim: call.claim() }
    const { waId } = await sendAndWait(context, send)
    return json(200, sentAnswer(waId, what))
  } catch (error) {
    if (error instanceof KurirError && error.code === 'not_registered') return notRegisteredAnswer(to)
    throw error
  }
}

async function recipient(gateway: Gateway, tenant: TenantId, to: string): Promise<Jid> {
  const chat = await readChat(gateway, tenant, to)
  if (!chat) throw badRequest('Phone number is not valid')
  return chat
}

async function checkNumbers(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { session, numbers } = readCheck(call)
  const { tenant, id } = await findOwn(gateway, call.caller.tenant, session)
  await connectedSession(gateway, tenant, id)
  const phones = await readPhones(gateway, tenant, numbers)
  const asked = [...new Set(phones.filter((phone) => phone !== undefined))]
  const look = async () => (asked.length > 0 ? gateway.sessions.checkNumbers(tenant, id, asked) : [])
  try {
    const checks = await gateway.access.countChecks(tenant, numbers.length, look)
    const registered = new Set(checks.filter(({ exists }) => exists).map(({ phone }) => phone))
    const results = numbers.map((phoneNumber, index) => ({
      phoneNumber,
      isValid: registered.has(phones[index] ?? ''),
    }))
    return json(200, checkAnswer(results))
  } catch (error) {
    if (!(error instanceof KurirError && error.code === 'quota_exceeded')) throw error
    const { quotas } = await gateway.access.usage(tenant)
    const checks = quotas.find(({ kind }) => kind === 'number_checks') ?? { limit: 0, used: 0 }
    return quotaAnswer(checks, error.retryAfter)
  }
}

function ownSession({ caller, params }: DialectCall, gateway: Gateway): Promise<SessionRecord> {
  return findOwn(gateway, caller.tenant, params.text('sessionId') ?? '')
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A foreign session is told apart only where its id was made by the server: names are per tenant. */
async function findOwn(gateway: Gateway, tenant: TenantId, id: string): Promise<SessionRecord> {
  try {
    return await gateway.sessions.get(tenant, id)
  } catch (error) {
    const isUnknown = error instanceof KurirError && error.code === 'session_not_found'
    if (isUnknown && UUID.test(id) && (await gateway.sessions.isForeign(tenant, id))) throw new KurirError('forbidden')
    throw error
  }
}

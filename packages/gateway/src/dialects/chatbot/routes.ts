import { KurirError } from '../../core/errors.ts'
import type { TenantId } from '../../core/ids.ts'
import type { Gateway } from '../../gateway.ts'
import type { NotifyTarget } from '../../messages/ports.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, type DialectRoute, json } from '../dialect.ts'
import { badField, type Fields } from '../fields.ts'
import { readPhones } from '../numbers.ts'
import { untilPairing } from '../pairing.ts'
import { connectedSession, sendAndWait } from '../sending.ts'
import { type Compose, contact, location, media, textAs } from './contents.ts'
import { NOTIFIED } from './events.ts'
import { addressOf, readJid } from './recipients.ts'
import { isContact, type RecipientFields, readNotifyUrl, readNumber, readRecipient } from './requests.ts'
import { connectedAnswer, groupsAnswer, numberAnswer, qrAnswer, sentAnswer } from './responses.ts'

type Handler = DialectRoute['handle']

/** A contact goes to the group where one is named; the document's samples post groups' contacts to the person's path. */
const sendContact = sending(['groupid', 'nohp'], contact)

/** The eleven endpoints. */
export const routes: readonly DialectRoute[] = [
  { method: 'POST', path: '/api/sendwa', handle: sending(['nohp'], textAs('text')) },
  { method: 'POST', path: '/api/sendmedia', handle: sending(['nohp'], media) },
  { method: 'POST', path: '/api/sendlocation', handle: orContact(sending(['nohp'], location)) },
  { method: 'POST', path: '/api/sendcontact', handle: sendContact },
  { method: 'POST', path: '/api/sendwatogroup', handle: sending(['groupid'], textAs('chat')) },
  { method: 'POST', path: '/api/sendmediatogroup', handle: sending(['groupid'], media) },
  { method: 'POST', path: '/api/sendlocationtogroup', handle: orContact(sending(['groupid'], location)) },
  { method: 'POST', path: '/api/sendcontacttogroup', handle: sending(['groupid'], contact) },
  { method: 'POST', path: '/api/groups', handle: listGroups },
  { method: 'POST', path: '/api/getqr', handle: getQr },
  { method: 'POST', path: '/api/checknumber', handle: checkNumber },
]

/** As the renderer of `ackBody` is registered. */
const FORMAT = 'chatbot'

/** An endpoint that sends one message and answers when WhatsApp's server has it. */
function sending(fields: RecipientFields, compose: Compose): Handler {
  return async (call, context) => {
    const { gateway } = context
    const { tenant, session } = boundTo(call)
    const { body } = call
    const to = await readJid(gateway, tenant, readRecipient(body, fields))
    const fetch = await compose(body, tenant, gateway)
    const notify = readNotify(body, gateway)
    const { phone } = await connectedSession(gateway, tenant, session)
    const address = await addressOf(gateway, tenant, session, to)
    const { content, type } = await fetch()
    const send = { tenant, session, to: address, content, claim: call.claim(), ...(notify ? { notify } : {}) }
    return json(200, sentAnswer(await sendAndWait(context, send), { type, from: phone ?? '', to }))
  }
}

/** A location that has a contact and no coordinates is a contact: the document's own samples post it so. */
function orContact(sendLocation: Handler): Handler {
  return (call, context) => (isContact(call.body) ? sendContact : sendLocation)(call, context)
}

async function listGroups(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, session } = boundTo(call)
  const shown = []
  for (const { jid, subject, createdAt } of await gateway.sessions.groups(tenant, session)) {
    const [last] = await gateway.messages.list(tenant, session, { chat: jid, limit: 1 })
    shown.push({ jid, subject, lastChat: Math.floor((last?.timestamp ?? createdAt) / 1000) })
  }
  return json(200, groupsAnswer(shown))
}

async function getQr(call: DialectCall, { gateway, config }: DialectContext): Promise<DialectAnswer> {
  const { tenant, session } = boundTo(call)
  const { status } = await gateway.sessions.get(tenant, session)
  // One that rests shows no code: whoever asks for one wants it to start.
  if (status === 'stopped' || status === 'logged_out') await gateway.sessions.start(tenant, session)
  const pairing = await untilPairing(gateway, tenant, session, config.sendTimeoutMs)
  if (pairing.kind === 'qr') return json(200, qrAnswer(pairing.qr.text))
  if (pairing.kind === 'connected') return json(200, connectedAnswer(pairing.session))
  throw new KurirError('timeout', 'The session shows no QR code and is not connected')
}

async function checkNumber(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant, session } = boundTo(call)
  const [phone] = await readPhones(gateway, tenant, [readNumber(call.body)])
  if (phone === undefined) throw badField('nohp', 'must be a phone number')
  const look = () => gateway.sessions.checkNumbers(tenant, session, [phone])
  const [check] = await gateway.access.countChecks(tenant, 1, look)
  return json(200, numberAnswer(check?.exists === true))
}

/** The session that the secret key stands for. */
function boundTo({ caller: { tenant, session } }: DialectCall): { tenant: TenantId; session: string } {
  if (session === null) throw new KurirError('unauthorized')
  return { tenant, session }
}

function readNotify(body: Fields, gateway: Gateway): NotifyTarget | undefined {
  const url = readNotifyUrl(body)
  if (url === undefined) return undefined
  gateway.webhooks.checkUrl(url)
  return { url, format: FORMAT, events: NOTIFIED }
}

import { KurirError } from '../../core/errors.ts'
import { isSettled, type MessageRecord, type OutgoingContent } from '../../core/message.ts'
import type { Gateway } from '../../gateway.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, json } from '../dialect.ts'
import { sendAndWait } from '../sending.ts'
import { kindOf, readLocation } from './contents.ts'
import { badRequest } from './errors.ts'
import { keptContact, keptFile } from './library.ts'
import { sentAnswer } from './responses.ts'
import { fileContent, type Recipient, recipientOf } from './sending.ts'

/** One message of several that a request asks for. */
interface Part {
  /** Names it for the Idempotency-Key. */
  name: string
  content: OutgoingContent
}

/** `POST /whatsapp/message`: each part that is there as a message of its own, in the document's order. */
export async function sendParts(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { gateway } = context
  const wanted = readParts(call)
  const recipient = await recipientOf(call, gateway)
  // All are looked up before the first is sent.
  const parts = await contentsOf(gateway, recipient, wanted)
  const sent = await deliverAll(call, context, recipient, parts)
  return json(200, sentAnswer(await shownParts(gateway, wanted, sent)))
}

interface WantedParts {
  message: string | undefined
  attachments: string[]
  location: ReturnType<typeof readLocation> | undefined
  contactId: string | undefined
}

function readParts({ fields }: DialectCall): WantedParts {
  const ids = fields.list('attachments') ?? fields.list('attachment') ?? []
  const location = fields.group('location')
  const isPlace = location && (location.value('lat') !== undefined || location.value('lng') !== undefined)
  const wanted = {
    message: fields.text('message'),
    attachments: ids.map((id) => {
      if (typeof id === 'string') return id
      throw badRequest('attachments must be ids of files')
    }),
    location: isPlace ? readLocation(location) : undefined,
    contactId: fields.word('contactId'),
  }
  const { message, attachments, contactId } = wanted
  if (message === undefined && attachments.length === 0 && !isPlace && contactId === undefined) {
    throw badRequest('message, attachments, location or contactId is required')
  }
  return wanted
}

async function contentsOf(gateway: Gateway, recipient: Recipient, wanted: WantedParts): Promise<Part[]> {
  const { message, attachments, location, contactId } = wanted
  const { tenant } = recipient.bot.session
  const parts: Part[] = []
  if (message !== undefined) parts.push({ name: 'message', content: { type: 'text', text: message } })
  for (const [index, id] of attachments.entries()) {
    const file = await keptFile(gateway, tenant, id)
    const content = await fileContent(gateway, recipient, kindOf(file.mimetype), file, {})
    parts.push({ name: `attachment-${index}`, content })
  }
  if (location) parts.push({ name: 'location', content: location })
  if (contactId !== undefined) {
    const contacts = [await keptContact(gateway, tenant, contactId)]
    parts.push({ name: 'contact', content: { type: 'contacts', contacts } })
  }
  return parts
}

/**
 * Accepts all, in order, and waits for the last: the messages of one chat go out one after the other. Rejects where
 * any of them failed, or is not out in time.
 */
async function deliverAll(
  call: DialectCall,
  context: DialectContext,
  { bot, to }: Recipient,
  parts: readonly Part[],
): Promise<Map<string, MessageRecord>> {
  const { gateway } = context
  const { tenant, id: session } = bot.session
  const sent = new Map<string, MessageRecord>()
  for (const [index, { name, content }] of parts.entries()) {
    const claim = call.claim(name)
    const send = { tenant, session, to, content, claim }
    const isLast = index === parts.length - 1
    const message = isLast
      ? await sendAndWait(context, send)
      : (await gateway.messages.send(tenant, session, send, { waitMs: 0, idempotency: claim })).message
    sent.set(name, message)
  }
  for (const [name, { id }] of sent) {
    const message = await gateway.messages.get(tenant, id)
    mustBeOut(message)
    sent.set(name, message)
  }
  return sent
}

function mustBeOut({ status, history }: MessageRecord): void {
  if (!isSettled(status) || status === 'unknown') throw new KurirError('timeout')
  if (status !== 'failed' && status !== 'expired') return
  throw new KurirError('send_failed', `A part was not sent: ${history.at(-1)?.reason ?? status}`)
}

/** The parts as the document shows them: nothing of a text, and of a place its coordinates alone. */
async function shownParts(gateway: Gateway, wanted: WantedParts, sent: ReadonlyMap<string, MessageRecord>) {
  const { attachments, location } = wanted
  const contact = sent.get('contact')
  return {
    message: {},
    attachment: attachments,
    contact: contact ? await gateway.messages.wire(contact.tenant, contact.id) : {},
    image: {},
    buttons: {},
    location: location
      ? { locationMessage: { degreesLatitude: location.latitude, degreesLongitude: location.longitude } }
      : {},
  }
}

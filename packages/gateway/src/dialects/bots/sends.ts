import { jidPhone, jidUser } from '../../core/jid.ts'
import type { MediaKind } from '../../core/media.ts'
import type { OutgoingContent } from '../../core/message.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, json } from '../dialect.ts'
import type { Fields } from '../fields.ts'
import { kindOf, readButtons, readContact, readKind, readList } from './contents.ts'
import { badRequest } from './errors.ts'
import { sentAnswer } from './responses.ts'
import { countryCode, deliver, fileContent, type Recipient, recipientOf, shownMessage } from './sending.ts'

/** `image`, `video`, `audio`, `doc`: a file that comes with the request. */
export function sendFile(kind: MediaKind) {
  return async (call: DialectCall, context: DialectContext): Promise<DialectAnswer> => {
    const file = call.files.find(({ field }) => field === 'file') ?? call.files[0]
    if (!file) throw badRequest('file is required')
    const recipient = await recipientOf(call, context.gateway)
    const said = { caption: call.fields.text('caption'), fileName: call.fields.text('filename') }
    const content = await fileContent(context.gateway, recipient, kind, file.media, said)
    return answerWithMessage(call, context, recipient, content)
  }
}

export async function sendFileUrl(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { gateway } = context
  const { fields } = call
  const url = fields.word('url')
  if (url === undefined) throw badRequest('url is required')
  const asked = readKind(fields.word('type'))
  const mimetype = fields.word('mimetype')
  const recipient = await recipientOf(call, gateway)
  const claim = mimetype === undefined ? {} : { mimetype }
  const file = await gateway.media.fromUrl(recipient.bot.session.tenant, url, claim)
  const said = { caption: fields.text('caption'), fileName: fields.text('filename') }
  const content = await fileContent(gateway, recipient, asked ?? kindOf(file.mimetype), file, said)
  return answerWithMessage(call, context, recipient, content)
}

export async function sendContact(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const vcard = call.fields.group('vcard')
  if (!vcard) throw badRequest('vcard is required')
  readContact(vcard, undefined)
  const recipient = await recipientOf(call, context.gateway)
  const card = readContact(vcard, await countryCode(context.gateway, recipient))
  return answerWithMessage(call, context, recipient, { type: 'contacts', contacts: [card] })
}

export async function sendList(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const data = call.fields.group('msgdata')
  if (!data) throw badRequest('msgdata is required')
  const content = readList(data)
  const recipient = await recipientOf(call, context.gateway)
  return answerWithMessage(call, context, recipient, content, { fallback: true })
}

export async function sendButtons(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const data = buttonData(call)
  readButtons(data, undefined)
  const recipient = await recipientOf(call, context.gateway)
  const content = readButtons(data, await countryCode(context.gateway, recipient))
  return answerWithMessage(call, context, recipient, content, { fallback: true })
}

export async function sendMediaButtons(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const { gateway } = context
  const data = buttonData(call)
  readButtons(data, undefined)
  const url = data.word('image')
  if (url === undefined) throw badRequest('btndata needs image')
  const asked = readKind(data.word('mediaType'))
  const mimetype = data.word('mimeType')
  const recipient = await recipientOf(call, gateway)
  const { tenant } = recipient.bot.session
  const file = await gateway.media.fromUrl(tenant, url, mimetype === undefined ? {} : { mimetype })
  const media = await gateway.media.forMessage(tenant, file.id, asked ?? kindOf(file.mimetype))
  const content = { ...readButtons(data, await countryCode(gateway, recipient)), media }
  return answerWithMessage(call, context, recipient, content, { fallback: true })
}

function buttonData({ fields }: DialectCall): Fields {
  const data = fields.group('btndata')
  if (!data) throw badRequest('btndata is required')
  return data
}

/** The endpoint that the document calls deprecated. */
export async function sendText(call: DialectCall, context: DialectContext): Promise<DialectAnswer> {
  const text = call.fields.text('message')
  if (text === undefined) throw badRequest('message is required')
  const recipient = await recipientOf(call, context.gateway, 'to')
  const { waId } = await deliver(call, context, recipient, { type: 'text', text })
  const { chat } = recipient
  const shown = jidPhone(chat) === undefined ? chat : `${jidUser(chat)}@c.us`
  return json(200, sentAnswer(`true_${shown}_${waId}`))
}

async function answerWithMessage(
  call: DialectCall,
  context: DialectContext,
  recipient: Recipient,
  content: OutgoingContent,
  more: { fallback?: true } = {},
): Promise<DialectAnswer> {
  const message = await deliver(call, context, recipient, content)
  return json(200, sentAnswer({ ...(await shownMessage(context.gateway, message)), ...more }))
}

import { proto } from 'baileys'
import type { DescribeContext, ShownContent } from '../world/content.ts'
import { pin, protocol, reaction } from './describe/change.ts'
import { contact, contacts } from './describe/contact.ts'
import type { Describer } from './describe/describer.ts'
import { said } from './describe/describer.ts'
import * as rich from './describe/interactive.ts'
import * as media from './describe/media.ts'
import { event, liveLocation, location } from './describe/place.ts'
import { poll, pollVote } from './describe/poll.ts'
import { unwrap } from './unwrap.ts'

/** A describer for each field of a message that is a content of its own, in the order they are looked for. */
type Describers = { [Key in keyof proto.IMessage]?: Describer<NonNullable<proto.IMessage[Key]>> }

const DESCRIBERS: Describers = {
  conversation: (text) => ({ type: 'text', text }),
  extendedTextMessage: (body) => ({
    type: 'text',
    text: body.text ?? '',
    ...said({ title: body.title, description: body.description, link: body.matchedText }),
  }),
  imageMessage: media.image,
  videoMessage: media.video,
  ptvMessage: media.videoNote,
  audioMessage: media.audio,
  documentMessage: media.document,
  stickerMessage: media.sticker,
  locationMessage: location,
  liveLocationMessage: liveLocation,
  contactMessage: contact,
  contactsArrayMessage: contacts,
  reactionMessage: reaction,
  pollCreationMessage: poll,
  pollCreationMessageV2: poll,
  pollCreationMessageV3: poll,
  pollCreationMessageV5: poll,
  pollUpdateMessage: pollVote,
  protocolMessage: (body, context) => protocol(body, context, describeContent),
  pinInChatMessage: pin,
  buttonsMessage: rich.buttons,
  templateMessage: rich.template,
  interactiveMessage: rich.interactive,
  listMessage: rich.list,
  buttonsResponseMessage: rich.buttonReply,
  templateButtonReplyMessage: rich.templateReply,
  listResponseMessage: rich.listReply,
  interactiveResponseMessage: rich.flowReply,
  eventMessage: event,
  groupInviteMessage: (body) => ({
    type: 'groupInvite',
    ...said({ caption: body.caption, group: body.groupJid, name: body.groupName, code: body.inviteCode }),
  }),
  albumMessage: (body) => ({
    type: 'album',
    images: body.expectedImageCount ?? 0,
    videos: body.expectedVideoCount ?? 0,
  }),
}

const KINDS = Object.keys(DESCRIBERS) as (keyof Describers)[]

/**
 * What a person sees of a decrypted message: `type` and the fields that go with it, `quote` and `mentions`, and the
 * whole protobuf as JSON in `message` (bytes as base64, 64-bit numbers as numbers, enums by name). Media is fetched,
 * decrypted and checked. Never throws for a content it does not know: that is of type `unknown`.
 */
export async function describe(message: proto.IMessage, context: DescribeContext): Promise<ShownContent> {
  const { content, ephemeral, viewOnce } = unwrap(message)
  return {
    ...(await describeContent(content, context)),
    ...contextOf(content),
    ...(ephemeral ? { ephemeral } : {}),
    ...(viewOnce ? { viewOnce } : {}),
    message: messageJson(message),
  }
}

async function describeContent(wrapped: proto.IMessage, context: DescribeContext): Promise<ShownContent> {
  const { content } = unwrap(wrapped)
  const kind = kindOf(content)
  return kind === undefined ? { type: 'unknown' } : describeField(kind, content, context)
}

function describeField<Key extends keyof Describers>(kind: Key, content: proto.IMessage, context: DescribeContext) {
  const describer = DESCRIBERS[kind]
  const body = content[kind]
  return describer && body !== null && body !== undefined ? describer(body, context) : { type: 'unknown' }
}

function kindOf(content: proto.IMessage): keyof Describers | undefined {
  return KINDS.find((key) => content[key] !== null && content[key] !== undefined)
}

/** Quote, mentions and the like, which any kind of content can carry. */
function contextOf(content: proto.IMessage): Partial<ShownContent> {
  const info = contextInfoOf(content)
  if (!info) return {}
  const { stanzaId, participant, quotedMessage, mentionedJid, isForwarded, expiration } = info
  const quoted = quotedMessage && unwrap(quotedMessage).content
  const text = quoted?.conversation ?? quoted?.extendedTextMessage?.text
  return {
    ...said({ quote: stanzaId, mentions: mentionedJid, forwarded: isForwarded || undefined }),
    ...(expiration ? { expiration } : {}),
    ...(quoted ? { quoted: said({ id: stanzaId, participant, text, kind: kindOf(quoted) }) } : {}),
  }
}

function contextInfoOf(content: proto.IMessage): proto.IContextInfo | undefined {
  const edited = content.protocolMessage?.editedMessage
  if (edited) return contextInfoOf(unwrap(edited).content)
  const kind = kindOf(content)
  const body: unknown = kind && content[kind]
  if (typeof body !== 'object' || body === null || !('contextInfo' in body)) return undefined
  return (body.contextInfo as proto.IContextInfo | null) ?? undefined
}

/** A message as plain JSON, field by field as in the protobuf schema. */
function messageJson(message: proto.IMessage): Record<string, unknown> {
  const { Message } = proto
  const whole = message instanceof Message ? message : Message.fromObject(message)
  return Message.toObject(whole, { bytes: String, longs: Number, enums: String })
}

import type { proto } from 'baileys'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { pnJid } from '../wire/jid.ts'
import type { ComposeContext, ComposedMessage } from '../world/content.ts'
import { badRequest } from '../world/errors.ts'
import { isGroupRecord } from '../world/model.ts'
import { audio } from './compose/audio.ts'
import { buttonReply } from './compose/button-reply.ts'
import { type Composer, firstError } from './compose/composer.ts'
import { contact, contacts } from './compose/contact.ts'
import { document } from './compose/document.ts'
import { edit } from './compose/edit.ts'
import { image } from './compose/image.ts'
import { listReply } from './compose/list-reply.ts'
import { location } from './compose/location.ts'
import { poll } from './compose/poll.ts'
import { reaction } from './compose/reaction.ts'
import { revoke } from './compose/revoke.ts'
import { sticker } from './compose/sticker.ts'
import { authorJid, target } from './compose/target.ts'
import { text } from './compose/text.ts'
import { video } from './compose/video.ts'
import { voice } from './compose/voice.ts'
import { vote } from './compose/vote.ts'
import { unwrap } from './unwrap.ts'

/** The kinds of messages a phone can be asked to send; each names its field in the request. */
const MESSAGE_KINDS = [
  'text',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contact',
  'contacts',
  'reaction',
  'poll',
  'vote',
  'edit',
  'revoke',
  'buttonReply',
  'listReply',
] as const

type MessageKind = (typeof MESSAGE_KINDS)[number]

const COMPOSERS: Record<MessageKind, Composer> = {
  text,
  image,
  video,
  audio,
  voice,
  document,
  sticker,
  location,
  contact,
  contacts,
  reaction,
  poll,
  vote,
  edit,
  revoke,
  buttonReply,
  listReply,
}

const ModifierFields = {
  /** Id of the message this one answers. */
  quote: Type.Optional(Type.String({ minLength: 1 })),
  /** Phone numbers or JIDs. */
  mentions: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  forwarded: Type.Optional(Type.Boolean()),
  /** Seconds after which the message vanishes. */
  ephemeral: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Can be looked at once only. */
  viewOnce: Type.Optional(Type.Boolean()),
}

const Modifiers = Compile(Type.Object(ModifierFields))

/** Fields that say where and how to send; they are the caller's. */
const ENVELOPE = new Set(['to', 'id', 'byLid', ...Object.keys(ModifierFields)])

/**
 * Makes a message of a control request `{to, <kind>: content, quote?, mentions?, …}`. Media is encrypted and stored.
 * Throws `BadRequest` (400) for anything but exactly one known kind with valid content.
 */
export async function compose(request: Record<string, unknown>, context: ComposeContext): Promise<ComposedMessage> {
  const kind = kindOf(request)
  const content = request[kind]
  if (!Modifiers.Check(request)) throw badRequest(firstError('message', Modifiers.Errors(request)))
  const contextInfo = contextInfoOf(request, context)
  const info = Object.keys(contextInfo).length === 0 ? {} : { contextInfo }
  const composed = COMPOSERS[kind](content, { ...context, info })
  return { ...composed, message: wrap(composed.message, request) }
}

function kindOf(request: Record<string, unknown>): MessageKind {
  const named = Object.keys(request).filter((key) => request[key] !== undefined && !ENVELOPE.has(key))
  const [kind, ...others] = named
  const list = MESSAGE_KINDS.join(', ')
  if (kind === undefined) throw badRequest(`nothing to send: give one of ${list}`)
  const unknown = named.find((key) => !isKind(key))
  if (unknown !== undefined) throw badRequest(`${unknown}: unknown field; a message is one of ${list}`)
  if (others.length > 0) throw badRequest(`one message is of one kind, not of ${named.join(' and ')}`)
  return kind as MessageKind
}

function isKind(key: string): key is MessageKind {
  return (MESSAGE_KINDS as readonly string[]).includes(key)
}

interface MessageModifiers {
  quote?: string
  mentions?: string[]
  forwarded?: boolean
  ephemeral?: number
  viewOnce?: boolean
}

function contextInfoOf(modifiers: MessageModifiers, context: ComposeContext): proto.IContextInfo {
  const info: proto.IContextInfo = {}
  if (modifiers.quote !== undefined) {
    const quoted = target(modifiers.quote, context, 'quote')
    info.stanzaId = quoted.id
    info.participant = authorJid(quoted, context)
    info.quotedMessage = unwrap(quoted.message).content
    if (quoted.chatJid !== context.chatJid) info.remoteJid = quoted.chatJid
  }
  if (modifiers.mentions !== undefined) info.mentionedJid = modifiers.mentions.map((who) => mention(who, context))
  if (modifiers.forwarded) Object.assign(info, { isForwarded: true, forwardingScore: 1 })
  if (modifiers.ephemeral !== undefined) info.expiration = modifiers.ephemeral
  return info
}

/** In a group people are mentioned by LID, as the group addresses them. */
function mention(who: string, { chat }: ComposeContext): string {
  if (who.includes('@')) return who
  const phone = who.replace('+', '')
  if (!isGroupRecord(chat)) return pnJid(phone)
  for (const member of chat.members.keys()) if (member.phone === phone) return member.lidJid()
  return pnJid(phone)
}

function wrap(message: proto.IMessage, { viewOnce, ephemeral }: MessageModifiers): proto.IMessage {
  let wrapped = message
  if (viewOnce) wrapped = { viewOnceMessageV2: { message: withViewOnce(wrapped) } }
  if (ephemeral !== undefined) wrapped = { ephemeralMessage: { message: wrapped } }
  return wrapped
}

function withViewOnce(message: proto.IMessage): proto.IMessage {
  for (const body of [message.imageMessage, message.videoMessage, message.audioMessage]) {
    if (body) body.viewOnce = true
  }
  return message
}

import { areJidsSameUser, type proto } from 'baileys'
import type { IncomingContent, MessageTarget } from '../../../core/content.ts'
import type { WaMessageId } from '../../../core/ids.ts'
import { type Jid, jidKind, parseJid } from '../../../core/jid.ts'
import type { MediaId, RemoteMedia } from '../../../core/media.ts'
import type { Me, MessageHead } from './address.ts'

/** What a converter may need besides its part of the message. */
export interface ReadContext {
  head: MessageHead
  me: Me
  /** Names a file that came. */
  newMediaId(): MediaId
  /** The bytes of a message that this session sent, as far back as they are kept. */
  sentProto(waId: string): Promise<Uint8Array | undefined>
}

/** A content, with where its file is kept. */
export interface ReadPart {
  content: IncomingContent
  remote?: RemoteMedia
}

/** Reads one kind of content; undefined where the part says nothing that can be understood. */
export type Reader<Part> = (part: Part, context: ReadContext) => ReadPart | undefined | Promise<ReadPart | undefined>

/** What a message says of how it is to be shown: whom it names and whether it was forwarded. */
export function marksOf(info: proto.IContextInfo | null | undefined) {
  const mentions = (info?.mentionedJid ?? []).flatMap((jid) => parseJid(jid) ?? [])
  return {
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(info?.nonJidMentions ? { mentionAll: true as const } : {}),
    ...(info?.isForwarded ? { forwarded: true as const } : {}),
  }
}

/**
 * The message that another one is about. Its key is written from the sender's side: what he calls his own is ours only
 * where he is this account.
 */
export function targetOf(
  key: proto.IMessageKey | null | undefined,
  { head, me }: Pick<ReadContext, 'head' | 'me'>,
): MessageTarget | undefined {
  if (!key?.id) return undefined
  const waId = key.id as WaMessageId
  if (jidKind(head.chat) !== 'group') return { waId, fromMe: key.fromMe === true ? head.fromMe : !head.fromMe }
  const author = key.fromMe === true ? authorOf(head) : parseJid(key.participant ?? '')
  const fromMe = key.fromMe === true ? head.fromMe : author !== undefined && isMe(author, me)
  return { waId, fromMe, ...(author && !fromMe ? { participant: author } : {}) }
}

function authorOf({ participant }: MessageHead): Jid | undefined {
  return participant ?? undefined
}

function isMe(jid: Jid, { id, lid }: Me): boolean {
  return areJidsSameUser(jid, id) || (lid !== undefined && areJidsSameUser(jid, lid))
}

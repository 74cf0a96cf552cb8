import type { MediaContent, MessageButton, MessageContent, MessageTarget, TextContent } from './content.ts'
import { type Jid, jidPhone, jidUser } from './jid.ts'
import type { MediaRef } from './media.ts'

/** A file as answers and events show it. `url` is added to what goes out: see `linkFile`. */
interface MediaObject {
  id: string
  mimetype: string
  size: number | null
  file_name: string | null
  sha256: string | null
  url?: string
}

/** The message that another one is about. */
interface TargetObject {
  wa_id: string
  from_me: boolean
  participant?: string
}

/** What the fields of a message object say about its content; which ones there are depends on `type`. */
export interface ContentObject {
  text?: string
  mentions?: string[]
  mention_all?: boolean
  forwarded?: boolean
  preview?: { url: string; title: string; description?: string }
  media?: MediaObject
  caption?: string
  view_once?: boolean
  gif?: boolean
  note?: boolean
  seconds?: number
  location?: { latitude: number; longitude: number; name?: string; address?: string; live?: boolean }
  contacts?: { name: string; phones: { number: string; type?: string }[]; organization?: string; vcard?: string }[]
  poll?: { question: string; options: string[]; selectable: number }
  votes?: string[]
  target?: TargetObject
  emoji?: string
  title?: string
  header?: string
  footer?: string
  button_text?: string
  sections?: { title: string; rows: { id: string; title: string; description?: string }[] }[]
  buttons?: MessageButton[]
  fallback?: boolean
  reply?: { id: string; title: string }
  kind?: string
}

/**
 * Adds where the bytes of a message's file are. `base` is the gateway's address without a slash at the end. It is not
 * part of what is stored, since the gateway may move.
 */
export function linkFile<Content extends { media?: MediaObject }>(shown: Content, base: string): Content {
  return shown.media ? { ...shown, media: { ...shown.media, url: `${base}/v1/media/${shown.media.id}` } } : shown
}

/** Renders what a message says. */
export function presentContent(content: MessageContent): ContentObject {
  switch (content.type) {
    case 'text':
      return presentText(content)
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return presentFile(content)
    case 'location': {
      const { type: _type, forwarded, ...location } = content
      return { location, ...flag('forwarded', forwarded) }
    }
    case 'contacts':
      return { contacts: content.contacts, ...flag('forwarded', content.forwarded) }
    case 'poll': {
      const { question, options, selectable } = content
      return { poll: { question, options, selectable } }
    }
    case 'pollVote':
      return { target: presentTarget(content.target), ...(content.options ? { votes: content.options } : {}) }
    case 'reaction':
      return { target: presentTarget(content.target), emoji: content.emoji }
    case 'edit':
      return { target: presentTarget(content.target), text: content.text, ...naming(content) }
    case 'revoke':
      return { target: presentTarget(content.target) }
    case 'list': {
      const { type: _type, buttonText, form: _form, ...list } = content
      return { ...list, button_text: buttonText, fallback: true }
    }
    case 'buttons': {
      const { type: _type, media, form: _form, ...shown } = content
      return { ...shown, ...(media ? { media: presentMedia(media) } : {}), fallback: true }
    }
    case 'buttonReply':
    case 'listReply':
      return { reply: { id: content.id, title: content.title }, text: content.text ?? content.title }
    case 'unsupported':
      return { kind: content.kind }
    default:
      return content satisfies never
  }
}

function presentText(content: TextContent): ContentObject {
  const { url, title, description } = content.preview ?? {}
  return {
    text: content.text,
    ...naming(content),
    ...flag('forwarded', content.forwarded),
    ...(url !== undefined && title !== undefined
      ? { preview: { url, title, ...(description === undefined ? {} : { description }) } }
      : {}),
  }
}

function presentFile(content: MediaContent): ContentObject {
  const { media, fileName, caption, viewOnce, gif, note, seconds, forwarded } = content
  return {
    media: presentMedia(fileName === undefined ? media : { ...media, fileName }),
    ...(caption === undefined ? {} : { caption }),
    ...naming(content),
    ...flag('view_once', viewOnce),
    ...flag('gif', gif),
    ...flag('note', note),
    ...(seconds === undefined ? {} : { seconds }),
    ...flag('forwarded', forwarded),
  }
}

function presentMedia({ id, mimetype, size, fileName, sha256 }: MediaRef): MediaObject {
  return { id, mimetype, size, file_name: fileName, sha256 }
}

function presentTarget({ waId, fromMe, participant }: MessageTarget): TargetObject {
  return {
    wa_id: waId,
    from_me: fromMe,
    ...(participant ? { participant: jidPhone(participant) ?? participant } : {}),
  }
}

function naming({ mentions, mentionAll }: { mentions?: Jid[]; mentionAll?: true }): ContentObject {
  return {
    ...(mentions ? { mentions: mentions.map((jid) => jidUser(jid)) } : {}),
    ...flag('mention_all', mentionAll),
  }
}

function flag(name: 'forwarded' | 'view_once' | 'gif' | 'note' | 'mention_all', is: true | undefined): ContentObject {
  return is ? { [name]: true } : {}
}

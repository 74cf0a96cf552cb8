import type { ContactCard } from './contact-card.ts'
import type { WaMessageId } from './ids.ts'
import type { Jid } from './jid.ts'
import type { MediaKind, MediaRef } from './media.ts'

export type { ContactCard }

/** What a client may send. One variant per kind; `never` names every file that is silent about a new one. */
export type OutgoingContent =
  | TextContent
  | MediaContent
  | LocationContent
  | ContactsContent
  | PollContent
  | ReactionContent
  | EditContent
  | RevokeContent
  | ListContent
  | ButtonsContent

/** What arrives. `unsupported` keeps the protobuf field's name of a kind that has no converter. */
export type IncomingContent =
  | TextContent
  | MediaContent
  | LocationContent
  | ContactsContent
  | PollContent
  | PollVoteContent
  | ReactionContent
  | EditContent
  | RevokeContent
  | ReplyContent
  | { type: 'unsupported'; kind: string }

/** Every kind of content. */
export type MessageContent = OutgoingContent | IncomingContent

/** Whom a text or caption names by `@<digits>`. */
interface Mentioning {
  mentions?: Jid[]
  /** Everybody in the group. */
  mentionAll?: true
}

interface Forwardable {
  /** Phones mark it as forwarded. */
  forwarded?: true
}

export interface TextContent extends Mentioning, Forwardable {
  type: 'text'
  text: string
  /** What phones show of a link in the text; made by the sender, since phones fetch nothing themselves. */
  preview?: LinkPreview
}

export interface LinkPreview {
  /** As it stands in the text. */
  url: string
  title: string
  description?: string
  /** A small JPEG, base64. */
  thumbnail?: string
}

/** A file with what goes with it. */
export interface MediaContent extends Mentioning, Forwardable {
  type: MediaKind
  media: MediaRef
  /** Shown under an image, a video or a document; other kinds have none. */
  caption?: string
  /** What a document is called, where that is not the name of the stored file. */
  fileName?: string
  /** An image, video or voice message that can be opened once. */
  viewOnce?: true
  /** A video without sound that repeats. */
  gif?: true
  /** A round video message. */
  note?: true
  /** Length of an audio or video as the sender states it. */
  seconds?: number
}

export interface LocationContent extends Forwardable {
  type: 'location'
  /** Degrees, north positive. */
  latitude: number
  /** Degrees, east positive. */
  longitude: number
  name?: string
  address?: string
  /** The beginning of a location that moves; its movements are not told. Only inbound. */
  live?: true
}

export interface ContactsContent extends Forwardable {
  type: 'contacts'
  contacts: ContactCard[]
}

export interface PollContent {
  type: 'poll'
  question: string
  /** 2 to 12, all different. */
  options: string[]
  /** How many may be chosen; 0 for any number. */
  selectable: number
}

/** Which message of the same chat a message is about. */
export interface MessageTarget {
  waId: WaMessageId
  /** Sent by this account. */
  fromMe: boolean
  /** Who sent it, in a group. */
  participant?: Jid
}

interface PollVoteContent {
  type: 'pollVote'
  target: MessageTarget
  /** What is chosen now, where the poll is ours and can be read; none where a vote was taken back. */
  options?: string[]
}

export interface ReactionContent {
  type: 'reaction'
  target: MessageTarget
  /** Empty takes the reaction back. */
  emoji: string
}

/** A new text, or a new caption, for an earlier message. */
export interface EditContent {
  type: 'edit'
  target: MessageTarget
  text: string
  mentions?: Jid[]
}

/** "Delete for everyone". */
export interface RevokeContent {
  type: 'revoke'
  target: MessageTarget
}

/**
 * How choices are sent: as WhatsApp's interactive message, with the numbered choices in its text as well, or as that
 * text alone, which every phone can show.
 */
type ChoiceForm = 'interactive' | 'text'

export interface ListContent {
  type: 'list'
  text: string
  title?: string
  footer?: string
  /** What opens the list. */
  buttonText: string
  sections: ListSection[]
  /** Default `interactive`. */
  form?: ChoiceForm
}

interface ListSection {
  title: string
  rows: { id: string; title: string; description?: string }[]
}

export interface ButtonsContent {
  type: 'buttons'
  text: string
  header?: string
  footer?: string
  /** An image, video or document above the text. */
  media?: MediaRef
  buttons: MessageButton[]
  /** Default `interactive`. */
  form?: ChoiceForm
}

export type MessageButton =
  | { kind: 'reply'; id: string; title: string }
  | { kind: 'url'; title: string; url: string }
  /** `phone`: digits with the country code. */
  | { kind: 'call'; title: string; phone: string }

/** A button that was tapped or a row that was chosen, by the id that its message gave it. */
export interface ReplyContent {
  type: 'buttonReply' | 'listReply'
  id: string
  title: string
  /** What was written, where somebody answered with the choice's number. */
  text?: string
}

/** Whether a content is a file with what goes with it. */
export function isMedia(content: MessageContent): content is MediaContent {
  switch (content.type) {
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return true
    default:
      return false
  }
}

/**
 * The content as it is forwarded: marked so, and without whom it named or what only its first reader may see twice.
 * Undefined where a kind cannot be forwarded.
 */
export function forwardOf(content: MessageContent): OutgoingContent | undefined {
  switch (content.type) {
    case 'text':
      return {
        type: 'text',
        text: content.text,
        ...(content.preview ? { preview: content.preview } : {}),
        forwarded: true,
      }
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker': {
      if (content.viewOnce) return undefined
      const { mentions: _mentions, mentionAll: _mentionAll, ...rest } = content
      return { ...rest, forwarded: true }
    }
    case 'location': {
      const { live: _live, ...place } = content
      return { ...place, forwarded: true }
    }
    case 'contacts':
      return { ...content, forwarded: true }
    case 'poll':
    case 'pollVote':
    case 'reaction':
    case 'edit':
    case 'revoke':
    case 'list':
    case 'buttons':
    case 'buttonReply':
    case 'listReply':
    case 'unsupported':
      return undefined
    default:
      return content satisfies never
  }
}

/** What a message says in words, for those who quote it; undefined where it has none. */
export function wordsOf(content: MessageContent): string | undefined {
  switch (content.type) {
    case 'text':
    case 'edit':
    case 'list':
    case 'buttons':
      return content.text
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return content.caption ?? content.fileName ?? content.media.fileName ?? undefined
    case 'location':
      return content.name ?? content.address
    case 'contacts':
      return content.contacts.map(({ name }) => name).join(', ')
    case 'poll':
      return content.question
    case 'buttonReply':
    case 'listReply':
      return content.title
    case 'reaction':
      return content.emoji
    case 'pollVote':
    case 'revoke':
    case 'unsupported':
      return undefined
    default:
      return content satisfies never
  }
}

import { getContentType, normalizeMessageContent, type proto } from 'baileys'
import { type IncomingContent, isMedia } from '../../../core/content.ts'
import type { RemoteMedia } from '../../../core/media.ts'
import type { Quote } from '../../../core/message.ts'
import { readAudio } from './audio.ts'
import { isPersonal, readChange } from './change.ts'
import { readContact, readContacts } from './contacts.ts'
import { readDocument } from './document.ts'
import { readImage } from './image.ts'
import { readLiveLocation, readLocation } from './location.ts'
import { readPoll } from './poll.ts'
import { readPollVote } from './poll-vote.ts'
import { readReaction } from './reaction.ts'
import type { ReadContext, Reader, ReadPart } from './reader.ts'
import { readButtonReply, readFlowReply, readListReply, readTemplateReply } from './reply.ts'
import { readSticker } from './sticker.ts'
import { readConversation, readQuote, readText } from './text.ts'
import { readVideo, readVideoNote } from './video.ts'

/** What a message says, which one it answers, and where its file is kept. */
export interface ReadContent {
  content: IncomingContent
  quote: Quote | null
  remote?: RemoteMedia
}

/** A message for a person, out of its envelopes. */
export interface OpenedMessage {
  inner: proto.IMessage
  kind: keyof proto.IMessage
  viewOnce: boolean
}

/** A reader for each field of a message that is a content of its own. */
type Readers = { [Kind in keyof proto.IMessage]?: Reader<NonNullable<proto.IMessage[Kind]>> }

const READERS: Readers = {
  conversation: readConversation,
  extendedTextMessage: readText,
  imageMessage: readImage,
  videoMessage: readVideo,
  ptvMessage: readVideoNote,
  audioMessage: readAudio,
  documentMessage: readDocument,
  stickerMessage: readSticker,
  locationMessage: readLocation,
  liveLocationMessage: readLiveLocation,
  contactMessage: readContact,
  contactsArrayMessage: readContacts,
  pollCreationMessage: readPoll,
  pollCreationMessageV2: readPoll,
  pollCreationMessageV3: readPoll,
  pollUpdateMessage: readPollVote,
  reactionMessage: readReaction,
  protocolMessage: readChange,
  buttonsResponseMessage: readButtonReply,
  templateButtonReplyMessage: readTemplateReply,
  listResponseMessage: readListReply,
  interactiveResponseMessage: readFlowReply,
}

/** Kinds that carry keys between devices and nothing for a person. */
const KEYS_ONLY = new Set(['fastRatchetKeySenderKeyDistributionMessage'])

/** Undefined for a decrypted message that holds nothing for a person (keys, synchronisation). */
export function openMessage(message: proto.IMessage): OpenedMessage | undefined {
  const sent = message.deviceSentMessage?.message ?? message
  const inner = normalizeMessageContent(sent)
  const kind = getContentType(inner)
  if (!inner || !kind || KEYS_ONLY.has(kind)) return undefined
  if (inner.protocolMessage && !isPersonal(inner.protocolMessage)) return undefined
  const outer = sent.ephemeralMessage?.message ?? sent
  const viewOnce = Boolean(outer.viewOnceMessage ?? outer.viewOnceMessageV2 ?? outer.viewOnceMessageV2Extension)
  return { inner, kind, viewOnce }
}

/** The content of a message; `unsupported` where nothing here can read it. */
export async function readContent(
  { inner, kind, viewOnce }: OpenedMessage,
  context: ReadContext,
): Promise<ReadContent> {
  const { content, remote } = (await readPart(kind, inner, context)) ?? { content: { type: 'unsupported', kind } }
  return {
    content: viewOnce && isMedia(content) ? { ...content, viewOnce: true } : content,
    quote: readQuote(inner, kind),
    ...(remote ? { remote } : {}),
  }
}

async function readPart<Kind extends keyof Readers>(
  kind: Kind,
  inner: proto.IMessage,
  context: ReadContext,
): Promise<ReadPart | undefined> {
  const read = READERS[kind]
  const part = inner[kind]
  return read && part !== null && part !== undefined ? read(part, context) : undefined
}

import { type EventRecord, presentEvent } from '../../core/event.ts'
import type { MessageObject } from '../../core/message-object.ts'
import type { BodyRenderer } from '../../webhooks/ports.ts'
import { unixSeconds, type WebMessageInfo } from './web-message.ts'
import type { EndpointSettings } from './webhooks.ts'

/** A message as webhooks of bots show it: WhatsApp Web's own words, and what most readers look for. */
export interface PostedMessage extends WebMessageInfo {
  pushName: string
  text: string
  /** Digits of who wrote it, where the number is known. */
  from: string
  media_url?: string
}

/** Bodies of `onMessage` and `onAnyMessage`. */
export const messageBody: BodyRenderer = {
  render(event, endpoint) {
    const { event: name, sessionId, mediaUrl } = endpoint.settings as EndpointSettings
    const message = messageOf(event)
    if (!message || (name === 'onMessage' && message.from_me)) return null
    const body = { event: name, session_id: sessionId, data: postedMessage(message, mediaUrl) }
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) }
  },
}

function messageOf(event: EventRecord): MessageObject | undefined {
  const { type, data } = presentEvent(event)
  return type === 'message.received' || type === 'message.sent' ? (data as MessageObject) : undefined
}

/** The message object in the document's words. `mediaUrl` is what the id of a file follows. */
export function postedMessage(message: MessageObject, mediaUrl: string): PostedMessage {
  const { chat, wa_id, from_me, participant, push_name, timestamp, text, caption, media } = message
  return {
    key: {
      remoteJid: addressOf(chat),
      fromMe: from_me,
      id: wa_id,
      ...(participant === undefined ? {} : { participant: addressOf(participant) }),
    },
    message: wireOf(message),
    messageTimestamp: unixSeconds(Date.parse(timestamp)),
    pushName: push_name ?? '',
    text: text ?? caption ?? '',
    from: (participant ?? message.from ?? '').replace(/@.*$/s, ''),
    ...(media ? { media_url: mediaUrl + media.id } : {}),
  }
}

function addressOf(shown: string): string {
  return shown.includes('@') ? shown : `${shown}@s.whatsapp.net`
}

/** What a message says by WhatsApp's names, as far as the gateway's message object tells. */
function wireOf(message: MessageObject): Record<string, unknown> {
  const { type, text, caption, location, contacts, reply, poll } = message
  const { media } = message
  if (media) return { [`${fileWord(type)}Message`]: fileOf(media, caption, type === 'voice') }
  if (location) {
    const { latitude, longitude, name, address } = location
    return {
      [location.live ? 'liveLocationMessage' : 'locationMessage']: given({
        degreesLatitude: latitude,
        degreesLongitude: longitude,
        ...{ name, address },
      }),
    }
  }
  if (contacts) return contactsOf(contacts)
  if (reply) return { buttonsResponseMessage: { selectedButtonId: reply.id, selectedDisplayText: reply.title } }
  if (poll) {
    const options = poll.options.map((optionName) => ({ optionName }))
    return { pollCreationMessage: { name: poll.question, options, selectableOptionsCount: poll.selectable } }
  }
  return text === undefined ? {} : { conversation: text }
}

function fileWord(type: string): string {
  return type === 'voice' ? 'audio' : type
}

function fileOf(media: NonNullable<MessageObject['media']>, caption: string | undefined, isVoice: boolean) {
  return given({
    mimetype: media.mimetype,
    caption,
    fileName: media.file_name ?? undefined,
    fileLength: media.size === null ? undefined : String(media.size),
    fileSha256: media.sha256 === null ? undefined : Buffer.from(media.sha256, 'hex').toString('base64'),
    ptt: isVoice || undefined,
  })
}

function contactsOf(contacts: NonNullable<MessageObject['contacts']>) {
  const cards = contacts.map(({ name, vcard }) => given({ displayName: name, vcard }))
  return cards.length === 1 ? { contactMessage: cards[0] } : { contactsArrayMessage: { contacts: cards } }
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

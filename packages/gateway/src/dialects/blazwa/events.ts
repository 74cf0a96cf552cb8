import type { EventRecord } from '../../core/event.ts'
import { jidPhone, parseJid } from '../../core/jid.ts'
import type { MessageObject } from '../../core/message-object.ts'
import type { BodyRenderer, Endpoint } from '../../webhooks/ports.ts'

/** What a webhook of this dialect is posted (document 001, "Webhook Response"; the optional fields are dialects.md's). */
export interface WebhookPost {
  /** The text, or the caption of a file. */
  message: string
  /** The sender's number, digits; his address where WhatsApp does not tell the number. */
  from: string
  media_url?: string
  /** The group's address. */
  group?: string
}

/** Events that a webhook of this dialect is for. */
export const EVENTS = ['message.received']

/** What the renderer is told by `Endpoint.settings`. */
export interface WebhookSettings extends Record<string, unknown> {
  /** Address of our files, without a slash at the end. */
  mediaBase: string
}

/** Translates an inbound message; null for one of our own, which is nobody's news here. */
export function webhookPost(message: MessageObject, mediaBase: string): WebhookPost | null {
  if (message.from_me) return null
  const { text, caption, media, participant, chat, from } = message
  const isGroup = chat.endsWith('@g.us')
  const sender = isGroup ? participant : from
  return {
    message: text ?? caption ?? '',
    from: digits(sender ?? ''),
    ...(media ? { media_url: `${mediaBase}/${media.id}` } : {}),
    ...(isGroup ? { group: chat } : {}),
  }
}

function digits(sender: string): string {
  const jid = parseJid(sender)
  return (jid && jidPhone(jid)) ?? sender
}

export const webhookBody: BodyRenderer = {
  render: (event: EventRecord, endpoint: Endpoint) => {
    if (event.type !== 'message.received') return null
    const { mediaBase } = endpoint.settings as Partial<WebhookSettings>
    const post = webhookPost(event.data as MessageObject, mediaBase ?? '')
    return post && { contentType: 'application/json', body: Buffer.from(JSON.stringify(post)) }
  },
}

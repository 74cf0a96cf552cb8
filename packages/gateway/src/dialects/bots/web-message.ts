import type { MessageRecord } from '../../core/message.ts'

/** A message in the words of WhatsApp Web. */
export interface WebMessageInfo {
  key: { remoteJid: string; fromMe: boolean; id: string; participant?: string }
  /** The document's constant of a message that was sent. */
  status?: 'PENDING'
  /** As WhatsApp's protobuf has it, in JSON. */
  message: Record<string, unknown>
  /** Seconds since the epoch. */
  messageTimestamp: string
}

/** A message that was sent; `wire` is what it says. */
export function webMessageInfo(
  { chat, waId, timestamp }: Pick<MessageRecord, 'chat' | 'waId' | 'timestamp'>,
  wire: Record<string, unknown>,
): WebMessageInfo {
  return {
    key: { remoteJid: chat, fromMe: true, id: waId },
    status: 'PENDING',
    message: wire,
    messageTimestamp: unixSeconds(timestamp),
  }
}

/** Milliseconds since the epoch as the document writes times. */
export function unixSeconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000))
}

import type { proto } from 'baileys'

/** A message without its envelopes, and what the envelopes said. */
export interface Unwrapped {
  content: proto.IMessage
  ephemeral: boolean
  viewOnce: boolean
}

const ENVELOPES = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
  'associatedChildMessage',
  'groupMentionedMessage',
  'groupStatusMessage',
  'groupStatusMessageV2',
  'lottieStickerMessage',
  'pollCreationMessageV4',
  'botInvokeMessage',
] as const satisfies (keyof proto.IMessage)[]

/** Takes off every envelope (sent by another device, vanishing, view once, document with caption, …). */
export function unwrap(message: proto.IMessage): Unwrapped {
  let content = message
  let ephemeral = false
  let viewOnce = false
  for (;;) {
    const inner = content.deviceSentMessage?.message
    if (inner) {
      content = inner
      continue
    }
    const envelope = ENVELOPES.find((name) => content[name]?.message)
    const enclosed = envelope && content[envelope]?.message
    if (!enclosed) return { content, ephemeral, viewOnce }
    ephemeral ||= envelope === 'ephemeralMessage'
    viewOnce ||= envelope.startsWith('viewOnce')
    content = enclosed
  }
}

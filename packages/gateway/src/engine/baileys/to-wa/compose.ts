import { proto } from 'baileys'
import type { OutgoingContent, Quote } from '../../../core/message.ts'
import { textMessage } from './text.ts'

/** The final bytes of a content that needs no upload; see `Engine.compose`. */
export function compose(content: OutgoingContent, quote: Quote | null): Uint8Array | undefined {
  switch (content.type) {
    case 'text':
      return proto.Message.encode(proto.Message.fromObject(textMessage(content, quote))).finish()
    default:
      return content.type satisfies never
  }
}

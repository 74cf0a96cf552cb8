import { proto } from 'baileys'
import type { OutgoingContent } from '../../../core/content.ts'
import { buttonsMessage } from './buttons.ts'
import { contactsMessage } from './contacts.ts'
import type { ComposeContext } from './context.ts'
import { editMessage } from './edit.ts'
import { listMessage } from './list.ts'
import { locationMessage } from './location.ts'
import { pollMessage } from './poll.ts'
import { reactionMessage } from './reaction.ts'
import { revokeMessage } from './revoke.ts'
import { textMessage } from './text.ts'

/** The final bytes of a content that needs no upload, undefined for others; see `Engine.compose`. */
export function compose(content: OutgoingContent, context: ComposeContext): Uint8Array | undefined {
  const message = plainMessage(content, context)
  return message && encode(message)
}

/** The bytes of a message as they are stored and sent. */
export function encode(message: proto.IMessage): Uint8Array {
  return proto.Message.encode(proto.Message.fromObject(message)).finish()
}

function plainMessage(content: OutgoingContent, context: ComposeContext): proto.IMessage | undefined {
  switch (content.type) {
    case 'text':
      return textMessage(content, context)
    case 'location':
      return locationMessage(content, context)
    case 'contacts':
      return contactsMessage(content, context)
    case 'poll':
      return pollMessage(content, context)
    case 'reaction':
      return reactionMessage(content, context)
    case 'edit':
      return editMessage(content, context)
    case 'revoke':
      return revokeMessage(content, context)
    case 'list':
      return listMessage(content, context)
    case 'buttons':
      return content.media ? undefined : buttonsMessage(content, context)
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return undefined
    default:
      return content satisfies never
  }
}

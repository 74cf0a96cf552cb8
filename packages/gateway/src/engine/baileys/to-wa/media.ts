import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { audioMessage } from './audio.ts'
import { type ComposeContext, withSecret } from './context.ts'
import { documentMessage } from './document.ts'
import { imageMessage } from './image.ts'
import { stickerMessage } from './sticker.ts'
import type { UploadedFile } from './uploaded.ts'
import { videoMessage } from './video.ts'
import { voiceMessage } from './voice.ts'

/** The message of a file that was uploaded. */
export function mediaMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  const message = ofKind(content, file, context)
  const isOnce = content.viewOnce === true
  return { ...(isOnce ? viewOnce(message) : message), ...withSecret(context) }
}

function ofKind(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  switch (content.type) {
    case 'image':
      return imageMessage(content, file, context)
    case 'video':
      return videoMessage(content, file, context)
    case 'audio':
      return audioMessage(content, file, context)
    case 'voice':
      return voiceMessage(content, file, context)
    case 'document':
      return documentMessage(content, file, context)
    case 'sticker':
      return stickerMessage(content, file, context)
    default:
      return content.type satisfies never
  }
}

/** Voice messages came later to be viewed once, and have an envelope of their own. */
function viewOnce(message: proto.IMessage): proto.IMessage {
  return message.audioMessage ? { viewOnceMessageV2Extension: { message } } : { viewOnceMessage: { message } }
}

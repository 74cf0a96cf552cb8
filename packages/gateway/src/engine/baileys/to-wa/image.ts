import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { type ComposeContext, withContext } from './context.ts'
import { fileFields, pictureFields, type UploadedFile } from './uploaded.ts'

/** A picture with its caption. */
export function imageMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  return {
    imageMessage: {
      ...fileFields(file, context.now),
      ...pictureFields(file.traits),
      ...(content.caption === undefined ? {} : { caption: content.caption }),
      ...(content.viewOnce ? { viewOnce: true } : {}),
      ...withContext(content, context),
    },
  }
}

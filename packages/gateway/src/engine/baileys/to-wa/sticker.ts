import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { type ComposeContext, withContext } from './context.ts'
import { fileFields, type UploadedFile } from './uploaded.ts'

/** A sticker: a WebP of 512 by 512 pixels. */
export function stickerMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  const { width, height } = file.traits
  return {
    stickerMessage: {
      ...fileFields(file, context.now),
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      stickerSentTs: context.now,
      ...withContext(content, context),
    },
  }
}

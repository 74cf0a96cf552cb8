import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { type ComposeContext, withContext } from './context.ts'
import { fileFields, pictureFields, type UploadedFile } from './uploaded.ts'

/** What a document without a name is called. */
const NAMELESS = 'file'

/** Any file under its name. One with a caption is wrapped, as WhatsApp Web does it. */
export function documentMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  const { caption } = content
  const fileName = content.fileName ?? content.media.fileName ?? NAMELESS
  const { jpegThumbnail } = pictureFields(file.traits)
  const message: proto.IMessage = {
    documentMessage: {
      ...fileFields(file, context.now),
      fileName,
      title: fileName,
      ...(jpegThumbnail === undefined ? {} : { jpegThumbnail }),
      ...(caption === undefined ? {} : { caption }),
      ...withContext(content, context),
    },
  }
  return caption === undefined ? message : { documentWithCaptionMessage: { message } }
}

import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { type ComposeContext, withContext } from './context.ts'
import { fileFields, pictureFields, type UploadedFile } from './uploaded.ts'

/** A video with its caption; a round one is a field of its own. */
export function videoMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  const seconds = content.seconds ?? file.traits.seconds
  const video: proto.Message.IVideoMessage = {
    ...fileFields(file, context.now),
    ...pictureFields(file.traits),
    ...(seconds === undefined ? {} : { seconds: Math.round(seconds) }),
    ...(content.caption === undefined ? {} : { caption: content.caption }),
    ...(content.gif ? { gifPlayback: true } : {}),
    ...(content.viewOnce ? { viewOnce: true } : {}),
    ...withContext(content, context),
  }
  return content.note ? { ptvMessage: video } : { videoMessage: video }
}

import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { type ComposeContext, withContext } from './context.ts'
import { fileFields, type UploadedFile } from './uploaded.ts'

/** Sound to play, such as music. */
export function audioMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  return { audioMessage: { ...soundFields(content, file, context), ptt: false } }
}

/** What a voice message and any other sound have in common. */
export function soundFields(content: MediaContent, file: UploadedFile, context: ComposeContext) {
  const seconds = content.seconds ?? file.traits.seconds
  return {
    ...fileFields(file, context.now),
    ...(seconds === undefined ? {} : { seconds: Math.round(seconds) }),
    ...(content.viewOnce ? { viewOnce: true } : {}),
    ...withContext(content, context),
  }
}

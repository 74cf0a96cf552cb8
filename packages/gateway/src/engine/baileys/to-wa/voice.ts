import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import { soundFields } from './audio.ts'
import type { ComposeContext } from './context.ts'
import type { UploadedFile } from './uploaded.ts'

/** Phones play a voice message only under this name of its type. */
const OPUS = 'audio/ogg; codecs=opus'

/** A voice message. Its file should be Opus in OGG: phones do not play others as one. */
export function voiceMessage(content: MediaContent, file: UploadedFile, context: ComposeContext): proto.IMessage {
  const { waveform } = file.traits
  return {
    audioMessage: {
      ...soundFields(content, file, context),
      ...(file.mimetype.startsWith('audio/ogg') ? { mimetype: OPUS } : {}),
      ptt: true,
      ...(waveform === undefined ? {} : { waveform }),
    },
  }
}

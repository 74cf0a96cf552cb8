import type { proto } from 'baileys'
import { given, readFile } from './file.ts'
import type { Reader } from './reader.ts'

/** A voice message, or any other sound. */
export const readAudio: Reader<proto.Message.IAudioMessage> = (part, context) => {
  const said = { ...given('seconds', part.seconds), ...(part.viewOnce ? { viewOnce: true as const } : {}) }
  return readFile(part.ptt ? 'voice' : 'audio', part, said, context)
}

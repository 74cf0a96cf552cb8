import type { proto } from 'baileys'
import { given, readFile } from './file.ts'
import type { ReadContext, Reader } from './reader.ts'

type VideoPart = proto.Message.IVideoMessage

export const readVideo: Reader<VideoPart> = (part, context) => read(part, context)

/** A round video message. */
export const readVideoNote: Reader<VideoPart> = (part, context) => read(part, context, { note: true })

function read(part: VideoPart, context: ReadContext, more: { note?: true } = {}) {
  const said = {
    ...given('caption', part.caption),
    ...given('seconds', part.seconds),
    ...(part.gifPlayback ? { gif: true as const } : {}),
    ...(part.viewOnce ? { viewOnce: true as const } : {}),
  }
  return readFile('video', part, { ...said, ...more }, context)
}

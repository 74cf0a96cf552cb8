import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given, MediaFields, Size, storeMedia } from './media.ts'

const Audio = Type.Object({ ...MediaFields, seconds: Size }, { additionalProperties: false })

/** A sound file, such as a piece of music. */
export const audio = composer('audio', Audio, (content, context) => ({
  message: {
    audioMessage: {
      ...storeMedia(content, 'audio', 'audio/mpeg', context),
      ...given('seconds', content.seconds),
      ...context.info,
    },
  },
  type: 'media',
  mediatype: 'audio',
}))

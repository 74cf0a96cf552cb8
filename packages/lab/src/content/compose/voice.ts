import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given, MediaFields, Size, storeMedia } from './media.ts'

const Voice = Type.Object(
  {
    ...MediaFields,
    seconds: Size,
    /** Loudness over time, 64 values from 0 to 100, base64. */
    waveform: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** A voice note: audio recorded by pressing the microphone (push to talk). */
export const voice = composer('voice', Voice, (content, context) => ({
  message: {
    audioMessage: {
      ...storeMedia(content, 'audio', 'audio/ogg; codecs=opus', context),
      ...given('seconds', content.seconds),
      ...given('waveform', content.waveform === undefined ? undefined : Buffer.from(content.waveform, 'base64')),
      ptt: true,
      ...context.info,
    },
  },
  type: 'media',
  mediatype: 'ptt',
}))

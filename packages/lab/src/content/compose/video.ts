import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given, MediaFields, Size, storeMedia } from './media.ts'

const Video = Type.Object(
  {
    ...MediaFields,
    caption: Type.Optional(Type.String()),
    seconds: Size,
    width: Size,
    height: Size,
    /** Plays by itself, over and over, without sound. */
    gif: Type.Optional(Type.Boolean()),
    /** A round video note. */
    note: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

export const video = composer('video', Video, (content, context) => {
  const body = {
    ...storeMedia(content, 'video', 'video/mp4', context),
    ...given('caption', content.caption),
    ...given('seconds', content.seconds),
    ...given('width', content.width),
    ...given('height', content.height),
    ...given('gifPlayback', content.gif),
    ...context.info,
  }
  if (content.note) return { message: { ptvMessage: body }, type: 'media', mediatype: 'ptv' }
  return { message: { videoMessage: body }, type: 'media', mediatype: content.gif ? 'gif' : 'video' }
})

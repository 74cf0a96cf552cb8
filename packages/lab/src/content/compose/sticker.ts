import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given, MediaFields, Size, storeMedia } from './media.ts'

const Sticker = Type.Object(
  { ...MediaFields, width: Size, height: Size, animated: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

/** A sticker; its keys are those of an image. */
export const sticker = composer('sticker', Sticker, (content, context) => ({
  message: {
    stickerMessage: {
      ...storeMedia(content, 'image', 'image/webp', context),
      width: content.width ?? 512,
      height: content.height ?? 512,
      ...given('isAnimated', content.animated),
      ...context.info,
    },
  },
  type: 'media',
  mediatype: 'sticker',
}))

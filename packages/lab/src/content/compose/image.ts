import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given, MediaFields, Size, storeMedia } from './media.ts'

const Image = Type.Object(
  { ...MediaFields, caption: Type.Optional(Type.String()), width: Size, height: Size },
  { additionalProperties: false },
)

export const image = composer('image', Image, (content, context) => ({
  message: {
    imageMessage: {
      ...storeMedia(content, 'image', 'image/jpeg', context),
      ...given('caption', content.caption),
      ...given('width', content.width),
      ...given('height', content.height),
      ...context.info,
    },
  },
  type: 'media',
  mediatype: 'image',
}))

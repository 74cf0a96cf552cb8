import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given, MediaFields, storeMedia } from './media.ts'

const Document = Type.Object(
  { ...MediaFields, fileName: Type.Optional(Type.String()), caption: Type.Optional(Type.String()) },
  { additionalProperties: false },
)

/** A file of any type. With a caption phones wrap it, since older ones could not show captions of documents. */
export const document = composer('document', Document, (content, context) => {
  const documentMessage = {
    ...storeMedia(content, 'document', 'application/octet-stream', context),
    fileName: content.fileName ?? 'file',
    title: content.fileName ?? 'file',
    ...given('caption', content.caption),
    ...context.info,
  }
  const message =
    content.caption === undefined
      ? { documentMessage }
      : { documentWithCaptionMessage: { message: { documentMessage } } }
  return { message, type: 'media', mediatype: 'document' }
})

import { proto } from 'baileys'
import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given } from './media.ts'

const ListReply = Type.Object(
  {
    /** The row's id. */
    id: Type.String({ minLength: 1 }),
    title: Type.String(),
    description: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** The choice of a row of a list. Quote the message that has it. */
export const listReply = composer('listReply', ListReply, ({ id, title, description }, { info }) => ({
  message: {
    listResponseMessage: {
      title,
      listType: proto.Message.ListResponseMessage.ListType.SINGLE_SELECT,
      singleSelectReply: { selectedRowId: id },
      ...given('description', description),
      ...info,
    },
  },
  type: 'media',
  mediatype: 'list_response',
}))

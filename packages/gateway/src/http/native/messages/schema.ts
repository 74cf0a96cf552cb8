import { Type } from 'typebox'
import type { MessageObject } from '../../../core/message-object.ts'
import { FAILED_STATUSES } from '../../../messages/ports.ts'
import { exactly, PageQuery, pageOf, refTo, TenantQuery, words } from '../schema.ts'

export const EditBody = exactly(
  {
    text: Type.String({ minLength: 1, maxLength: 65_536 }),
    mentions: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
        maxItems: 1024,
        description: 'Persons named in the text by `@<number>`.',
      }),
    ),
  },
  { examples: [{ text: 'Hello again' }] },
)

export const SendQuery = exactly({
  wait: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Milliseconds to wait for WhatsApp’s acknowledgement, at most 60000. Default: 0.',
    }),
  ),
})

export const MessageAnswer = refTo<MessageObject>('Message', { description: 'The message.' })
export const AcceptedMessage = refTo<MessageObject>('Message', {
  description: 'Accepted: it is on disk and will be sent once, whatever happens.',
})
export const SentMessage = refTo<MessageObject>('Message', { description: 'WhatsApp’s server has it.' })
export const MessagePage = pageOf(refTo<MessageObject>('Message'), 'Messages, newest first.')
export const MessageParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
export const MessageQuery = exactly(TenantQuery)
export const FailedQuery = exactly({
  ...PageQuery,
  ...TenantQuery,
  session: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Only of this session.' })),
  status: words(FAILED_STATUSES, {
    default: 'failed',
    description: '`unknown`: it was handed over, and nobody can tell whether it went out.',
  }),
})
export const MessageListQuery = exactly({
  ...PageQuery,
  ...TenantQuery,
  chat: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'A number or address.' })),
  direction: Type.Optional(words(['out', 'in'])),
  status: Type.Optional(
    words(['accepted', 'prepared', 'sent', 'delivered', 'read', 'played', 'failed', 'expired', 'unknown', 'received']),
  ),
})

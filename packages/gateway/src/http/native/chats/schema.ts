import { Type } from 'typebox'
import type { MessageObject } from '../../../core/message-object.ts'
import { exactly, nullableText, PageQuery, pageOf, refTo, SessionParams, TenantQuery, words } from '../schema.ts'

const Chat = Type.Object({
  id: Type.String({ description: 'Digits of the other person, or the group’s address.' }),
  name: nullableText({ description: 'How the person calls himself, where known.' }),
  lid: nullableText({ description: 'WhatsApp’s other name of the person, where known.' }),
  unread: Type.Integer({ description: 'Messages that were not marked read here, up to 1000.' }),
  last_message: refTo<MessageObject>('Message'),
})

export const ChatPage = pageOf(Chat, 'Chats, the one with the newest message first.')
const RowCursor = Type.Optional(
  Type.String({ pattern: '^\\d{1,15}$', description: '`next_cursor` of the page before.' }),
)
export const ChatListQuery = exactly({ ...PageQuery, ...TenantQuery, cursor: RowCursor })
export const ChatParams = Type.Object({
  ...SessionParams.properties,
  chat: Type.String({ maxLength: 80, description: 'A phone number, or the address of a person or group.' }),
})

export const ReadAnswer = Type.Object(
  { read: Type.Integer({ description: 'Messages that were marked read.' }) },
  { description: 'Done.' },
)
export const TypingBody = exactly(
  { state: Type.Optional(words(['composing', 'recording', 'paused'], { description: 'Default: `composing`.' })) },
  { examples: [{ state: 'composing' }] },
)
export const PresenceAnswer = Type.Object(
  {
    state: words(['available', 'unavailable', 'unknown'], { description: '`unknown`: the person does not show it.' }),
    last_seen: nullableText({ format: 'date-time' }),
  },
  { description: 'What the person shows.' },
)

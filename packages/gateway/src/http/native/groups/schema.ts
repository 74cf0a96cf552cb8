import { Type } from 'typebox'
import { PARTICIPANT_CHANGES } from '../../../core/group.ts'
import { exactly, nullableText, pageOf, SessionParams, time, words } from '../schema.ts'

const Group = {
  id: Type.String({ examples: ['120363000000000001@g.us'] }),
  subject: Type.String(),
  created_at: time(),
  participants: Type.Array(
    Type.Object({
      id: Type.String({ description: 'The address that the group uses.' }),
      phone: nullableText({ description: 'Digits, where known.' }),
      admin: Type.Boolean(),
    }),
  ),
}

export const GroupPage = pageOf(Type.Object(Group), 'Groups by id.')
export const GroupAnswer = Type.Object(Group, { description: 'The group.' })
export const CreatedGroup = Type.Object(
  { ...Group, not_added: Type.Array(Type.String(), { description: 'Whom WhatsApp did not add, as you wrote them.' }) },
  { description: 'The group.' },
)

export const GroupParams = Type.Object({
  ...SessionParams.properties,
  group: Type.String({ maxLength: 80, description: 'The group’s id, with or without `@g.us`.' }),
})

const Subject = Type.String({ minLength: 1, maxLength: 100, description: 'The group’s name.' })
const People = Type.Array(Type.String({ minLength: 1, maxLength: 80 }), {
  minItems: 1,
  maxItems: 256,
  description: 'Phone numbers as people write them, or addresses.',
})

export const CreateGroupBody = exactly(
  { subject: Subject, participants: People },
  { examples: [{ subject: 'Arisan RT 05', participants: ['+62 812-1000-0001'] }] },
)
export const ChangeGroupBody = exactly({ subject: Subject }, { examples: [{ subject: 'Arisan RT 06' }] })
export const ParticipantsBody = exactly(
  { action: words(PARTICIPANT_CHANGES), participants: People },
  { examples: [{ action: 'add', participants: ['+62 812-1000-0001'] }] },
)
export const ParticipantsAnswer = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        participant: Type.String({ description: 'As you wrote it.' }),
        done: Type.Boolean(),
        code: nullableText({
          description: 'WhatsApp’s code where it was not done; 403: can only be invited, 404: unknown, 409: is in it.',
        }),
      }),
    ),
  },
  { description: 'What became of each, in the order asked.' },
)
export const InviteAnswer = Type.Object(
  { link: Type.String({ examples: ['https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv'] }) },
  { description: 'The invitation link.' },
)

import { Type } from 'typebox'
import { badRequest } from '../../world/errors.ts'
import { composer } from './composer.ts'

const Poll = Type.Object(
  {
    question: Type.String({ minLength: 1 }),
    options: Type.Array(Type.String({ minLength: 1 }), { minItems: 2, maxItems: 12, uniqueItems: true }),
    /** How many options one may choose; 0, the default, for any number. */
    selectable: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)

export const poll = composer('poll', Poll, (content, { sender, info }) => {
  const selectableOptionsCount = content.selectable ?? 0
  if (selectableOptionsCount > content.options.length) throw badRequest('poll.selectable: more than there are options')
  const body = {
    name: content.question,
    options: content.options.map((optionName) => ({ optionName })),
    selectableOptionsCount,
    ...info,
  }
  // Votes are encrypted with this secret.
  const messageContextInfo = { messageSecret: sender.random.bytes(32) }
  return {
    message: {
      messageContextInfo,
      // Version 3 is the single-choice poll.
      ...(selectableOptionsCount === 1 ? { pollCreationMessageV3: body } : { pollCreationMessage: body }),
    },
    type: 'poll',
  }
})

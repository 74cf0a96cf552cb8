import { type Static, Type } from 'typebox'
import type { CallSettings } from '../../../core/session-settings.ts'
import { exactly } from '../schema.ts'

/** What becomes of incoming calls, as a request says it. */
export const CallsInput = exactly(
  {
    reject: Type.Boolean({ description: 'Whether calls of persons are rejected; calls of groups just ring.' }),
    text: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4_096, description: 'Sent to who called, once for a call.' }),
    ),
  },
  {
    description: 'What becomes of incoming calls. Replaces the former one; null: they just ring.',
    examples: [{ reject: true, text: 'We take no calls here. Write to us, please.' }],
  },
)

/** The settings of a request. */
export function readCalls({ reject, text }: Static<typeof CallsInput>): CallSettings {
  return { reject, ...(text === undefined ? {} : { text }) }
}

import { type Static, Type } from 'typebox'
import type { Pacing } from '../../../core/session-settings.ts'
import { exactly } from '../schema.ts'

const optional = Type.Optional
const Gap = Type.Integer({ minimum: 0, maximum: 3_600_000 })

/** How fast a session may send, as a request says it. */
export const PacingInput = exactly(
  {
    per_minute: optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    gap_ms: optional(
      Type.Array(Gap, {
        minItems: 2,
        maxItems: 2,
        description: 'Least and most between two messages; each gap is drawn at random between them.',
        examples: [[2_000, 8_000]],
      }),
    ),
    per_day: optional(
      Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'By days in UTC; the rest goes out the next day.' }),
    ),
  },
  {
    minProperties: 1,
    description: 'Spaces out what is sent; nothing fails of it. Replaces the former one; null: off.',
  },
)

/** The rules of a request. */
export function readPacing({ per_minute, gap_ms, per_day }: Static<typeof PacingInput>): Pacing {
  const [least, most] = gap_ms ?? []
  return {
    ...(per_minute === undefined ? {} : { perMinute: per_minute }),
    ...(least === undefined || most === undefined ? {} : { gapMs: [least, most] }),
    ...(per_day === undefined ? {} : { perDay: per_day }),
  }
}

/** The rules for answers. */
export function presentPacing(pacing: Pacing | undefined): PacingObject | null {
  if (!pacing) return null
  const { perMinute, gapMs, perDay } = pacing
  return {
    ...(perMinute === undefined ? {} : { per_minute: perMinute }),
    ...(gapMs === undefined ? {} : { gap_ms: gapMs }),
    ...(perDay === undefined ? {} : { per_day: perDay }),
  }
}

/** How fast a session may send, as the API shows it. */
export interface PacingObject {
  per_minute?: number
  gap_ms?: number[]
  per_day?: number
}

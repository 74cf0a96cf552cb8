import type { DialectKeys } from '../access/verbs.ts'
import { blazwa } from './blazwa/dialect.ts'
import { blipcom } from './blipcom/dialect.ts'
import { bots } from './bots/dialect.ts'
import { chatbot } from './chatbot/dialect.ts'
import type { Dialect } from './dialect.ts'
import { sessions } from './sessions/dialect.ts'

/** Every dialect: one line each. */
export const DIALECTS = { blipcom, blazwa, bots, chatbot, sessions } as const satisfies Record<string, Dialect>

/** Names of the dialects that exist. */
export type DialectName = keyof typeof DIALECTS

/** The dialects of these names, all for null. Throws for a name that none has. */
export function chooseDialects(names: readonly string[] | null): Dialect[] {
  const known: Dialect[] = Object.values(DIALECTS)
  if (names === null) return known
  return names.map((name) => {
    const dialect = known.find((candidate) => candidate.name === name)
    if (dialect) return dialect
    throw new Error(
      `KURIR_DIALECTS has ${name}, which is no dialect; there are ${known.map((other) => other.name).join(', ')}`,
    )
  })
}

/** Which keys each of the dialects has. */
export function keysOf(dialects: readonly Dialect[]): ReadonlyMap<string, DialectKeys> {
  return new Map(dialects.map(({ name, keys }) => [name, keys]))
}

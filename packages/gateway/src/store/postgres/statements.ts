import { createHash } from 'node:crypto'
import type { Bindings, SqlValue } from '../sql/driver.ts'
import type { Query } from './connection.ts'

/** A statement of the tables in PostgreSQL's words. */
export interface Translated {
  text: string
  name: string
  /** The values in the order of their placeholders. */
  bind(values: Bindings): SqlValue[]
}

const PLACEHOLDER = /\?|@([a-z_0-9]+)/g
const INDEX_HINT = / INDEXED BY [a-z_]+/g

/** `?` and `@name` become `$1`, `$2`, …; hints to SQLite's planner go. */
export function translate(sql: string): Translated {
  const names: string[] = []
  let positions = 0
  const text = sql.replaceAll(INDEX_HINT, '').replaceAll(PLACEHOLDER, (_, name: string | undefined) => {
    if (name === undefined) return `$${++positions}`
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return {
    text,
    name: createHash('sha1').update(text).digest('base64url'),
    bind: (values) => (names.length > 0 ? named(names, values) : (values as SqlValue[])),
  }
}

function named(names: readonly string[], [values]: Bindings): SqlValue[] {
  const byName = values as Record<string, SqlValue>
  return names.map((name) => byName[name] ?? null)
}

/** The query to send; with a name where the server is to keep its plan. */
export function queryOf(statement: Translated, values: Bindings, isPrepared: boolean): Query {
  const query = { text: statement.text, values: statement.bind(values) }
  return isPrepared ? { ...query, name: statement.name } : query
}

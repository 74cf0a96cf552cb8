import { AsyncLocalStorage } from 'node:async_hooks'
import type { Bindings, Driver, Statement } from '../sql/driver.ts'
import type { Connection, Query, Result } from './connection.ts'
import type { Readers } from './readers.ts'
import { queryOf, type Translated, translate } from './statements.ts'

/** A transaction, as statements inside its units see it. */
export interface Scope {
  connection: Connection
  /** Statements that nobody waits for. */
  posted: Promise<Result>[]
}

/** The transaction whose unit is running. */
const running = new AsyncLocalStorage<Scope>()

/** Runs a unit: its statements go to the transaction's connection. Those it posted are not waited for. */
export function within<T>(scope: Scope, unit: () => Promise<T>): Promise<T> {
  return running.run(scope, unit).catch(async (error: unknown) => {
    // What failed first is the reason; what came after it says only that the transaction is aborted.
    await settlePosted(scope)
    throw error
  })
}

/** Waits for all posted statements; rejects as the first that failed. */
export async function settlePosted({ posted }: Scope): Promise<void> {
  await Promise.all(posted.splice(0))
}

/** Sends without waiting; {@link settlePosted} tells of a failure. */
export function post({ connection, posted }: Scope, query: Query): void {
  const sent = connection.query(query)
  // It is awaited later, which is too late for Node's warning.
  sent.catch(() => undefined)
  posted.push(sent)
}

/** The tables' driver: inside a unit on the connection that writes, elsewhere on one that reads. */
export function sqlDriver(readers: Readers, isPrepared: boolean): Driver {
  const compiled = new Map<string, Statement<Bindings, unknown>>()
  const send = (query: Query) => running.getStore()?.connection.query(query) ?? readers.query(query)
  return {
    prepare<B extends Bindings, Row>(sql: string): Statement<B, Row> {
      const known = compiled.get(sql) ?? compile(translate(sql), send, isPrepared)
      compiled.set(sql, known)
      return known as Statement<B, Row>
    },
    pick: ({ postgres }) => postgres,
  }
}

function compile(
  statement: Translated,
  send: (query: Query) => Promise<Result>,
  isPrepared: boolean,
): Statement<Bindings, unknown> {
  const inserting = translate(`${statement.text} RETURNING row_no`)
  return {
    run: async (...values) => (await send(queryOf(statement, values, isPrepared))).count,
    post: (...values) => {
      const scope = running.getStore()
      if (!scope) throw new Error('a statement was posted outside a unit')
      post(scope, queryOf(statement, values, isPrepared))
    },
    insert: async (...values) => {
      const query = { ...queryOf(statement, values, false), text: inserting.text }
      const { rows } = await send(isPrepared ? { ...query, name: inserting.name } : query)
      return (rows[0] as { row_no: number }).row_no
    },
    get: async (...values) => (await send(queryOf(statement, values, isPrepared))).rows[0],
    all: async (...values) => (await send(queryOf(statement, values, isPrepared))).rows,
  }
}

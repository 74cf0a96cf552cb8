import type { Transactions } from '../sql/group-commit.ts'
import type { Connection, Connector, Result } from './connection.ts'
import { FENCE } from './lease.ts'
import { OutageError } from './outage.ts'
import { post, type Scope, settlePosted, within } from './sql-driver.ts'

export interface TransactionsOptions {
  connector: Connector
  token: number
  /** Why nothing may be written now. */
  fault: () => string | null
  /** The lease is another's. */
  onFenced: () => void
}

interface Open extends Scope {
  /** The transaction's number, by which a server that came back can tell what became of it. */
  xid: Promise<Result>
}

const DIVISION_BY_ZERO = '22012'
/** How long to ask what became of a COMMIT that was not answered. */
const ASK_MS = 1_200
const ASK_EVERY_MS = 100

const say = (text: string) => ({ text, values: [] })

/** Transactions on one connection, made anew where it was lost. Statements that need no answer are sent along. */
export class PgTransactions implements Transactions {
  readonly readsShareIt: boolean
  private readonly options: TransactionsOptions
  private connection: Connection | undefined
  private open: Open | undefined

  constructor(options: TransactionsOptions) {
    this.options = options
    this.readsShareIt = options.connector.isShared
  }

  get isOpen(): boolean {
    return this.open !== undefined
  }

  async begin(): Promise<void> {
    const fault = this.options.fault()
    if (fault !== null) throw new OutageError(fault)
    const connection = await this.connect()
    const scope: Scope = { connection, posted: [] }
    post(scope, say('BEGIN'))
    const xid = connection.query(say('SELECT txid_current()::text AS xid'))
    xid.catch(() => undefined)
    this.open = { ...scope, xid }
  }

  run<T>(unit: () => Promise<T>): Promise<T> {
    return within(this.scope(), unit)
  }

  async nest<T>(unit: () => Promise<T>): Promise<T> {
    const scope = this.scope()
    post(scope, say('SAVEPOINT unit'))
    try {
      const result = await within(scope, unit)
      await settlePosted(scope)
      post(scope, say('RELEASE SAVEPOINT unit'))
      return result
    } catch (error) {
      if (this.isOpen && !(error instanceof OutageError)) {
        await scope.connection.query(say('ROLLBACK TO SAVEPOINT unit; RELEASE SAVEPOINT unit'))
      }
      throw error
    }
  }

  async commit(): Promise<void> {
    const scope = this.scope()
    // Without its number nobody could be asked about a COMMIT that is not answered.
    await scope.xid
    const posted = settlePosted(scope)
    const fence = scope.connection.query({ text: FENCE, values: [this.options.token] })
    const commit = scope.connection.query(say('COMMIT'))
    const [sent, held, done] = await Promise.allSettled([posted, fence, commit])
    this.open = undefined
    if (sent.status === 'rejected' && !(sent.reason instanceof OutageError)) throw sent.reason
    if (held.status === 'rejected' && isFenced(held.reason)) {
      this.options.onFenced()
      throw new OutageError('LEASE_LOST', held.reason)
    }
    if (done.status === 'fulfilled') {
      // A failed transaction answers COMMIT with ROLLBACK.
      if (done.value.command === 'COMMIT') return
      throw held.status === 'rejected' ? held.reason : new OutageError('ABORTED')
    }
    if (await this.wasCommitted(scope)) return
    throw done.reason
  }

  async rollback(): Promise<void> {
    const { connection } = this.scope()
    this.open = undefined
    await connection.query(say('ROLLBACK'))
  }

  outageOf(error: unknown): string | undefined {
    return error instanceof OutageError ? error.code : undefined
  }

  /** The server does not answer: what waits for it rejects. */
  drop(): void {
    const { connection } = this
    this.lose(connection)
    connection?.destroy()
  }

  async close(): Promise<void> {
    await this.connection?.close()
  }

  private async connect(): Promise<Connection> {
    if (this.connection) return this.connection
    const made: Connection = await this.options.connector.connect(() => this.lose(made))
    this.connection = made
    return made
  }

  private lose(connection: Connection | undefined): void {
    if (this.connection !== connection) return
    this.connection = undefined
    this.open = undefined
  }

  private scope(): Open {
    if (!this.open) throw new OutageError('CONNECTION')
    return this.open
  }

  /** The connection was lost after COMMIT had been sent. False also where nobody can be asked in time. */
  private async wasCommitted({ xid }: Open): Promise<boolean> {
    const number = await xid.then(
      ({ rows }) => (rows[0] as { xid: string }).xid,
      () => undefined,
    )
    const until = performance.now() + ASK_MS
    while (number !== undefined && performance.now() < until) {
      const status = await this.statusOf(number)
      if (status === 'committed') return true
      if (status === 'aborted') return false
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    }
    return false
  }

  private async statusOf(xid: string): Promise<unknown> {
    try {
      const connection = await this.connect()
      const { rows } = await connection.query({ text: 'SELECT txid_status($1::bigint) AS status', values: [xid] })
      return (rows[0] as { status: unknown }).status
    } catch {
      return undefined
    }
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DIVISION_BY_ZERO
}

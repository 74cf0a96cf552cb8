import type { Logger } from 'pino'
import { KurirError } from '../../core/errors.ts'
import { type Driver, isSqliteError } from './driver.ts'

/** What a transaction wrote that others wait for; told to `onCommitted` after the commit. */
export interface Effects {
  events: boolean
  deliveries: boolean
}

/** One atomic piece of work: a synchronous function over the open transaction. */
export type Unit<T> = (effects: Effects) => T

export interface WriterHealth {
  ok: boolean
  /** SQLite's code of the last failed commit, null while all is well. */
  error: string | null
}

export interface GroupCommitOptions {
  driver: Driver
  logger: Logger
  /** A small write, tried every second after the disk refused one, so that health comes back without traffic. */
  probe: () => void
  onCommitted: (effects: Effects) => void
  /** After anything was rolled back: what was cached inside a unit may be wrong. */
  onRolledBack: () => void
}

interface Waiting {
  run(effects: Effects): void
  resolve(): void
  reject(error: unknown): void
}

/** Units per transaction: beyond this the first callers wait longer and the disk gains nothing. */
const BATCH = 64

const PROBE_EVERY_MS = 1_000

/** Failures of the disk or the file, not of the unit: whatever shares the transaction is lost with it. */
const DISK = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED|PROTOCOL)/

/**
 * The only writer of a SQLite file. Everything that waits when the event loop comes round goes into one transaction,
 * so that one sync of the disk serves many callers; each unit has its own savepoint, so that a failing one fails
 * alone. Units run in the order of `write` and their promises resolve after COMMIT, when they are on disk.
 */
export class GroupCommit {
  private readonly driver: Driver
  private readonly logger: Logger
  private readonly probe: () => void
  private readonly onCommitted: GroupCommitOptions['onCommitted']
  private readonly onRolledBack: () => void
  private queue: Waiting[] = []
  private scheduled = false
  private closed = false
  private probing = false
  private failure: string | null = null
  private readonly begin
  private readonly commit
  private readonly rollback
  private readonly savepoint
  private readonly release
  private readonly undo

  constructor(options: GroupCommitOptions) {
    this.driver = options.driver
    this.logger = options.logger
    this.probe = options.probe
    this.onCommitted = options.onCommitted
    this.onRolledBack = options.onRolledBack
    // IMMEDIATE: a deferred transaction that turns into a writer fails with SQLITE_BUSY without waiting.
    this.begin = this.driver.prepare<[]>('BEGIN IMMEDIATE')
    this.commit = this.driver.prepare<[]>('COMMIT')
    this.rollback = this.driver.prepare<[]>('ROLLBACK')
    this.savepoint = this.driver.prepare<[]>('SAVEPOINT unit')
    this.release = this.driver.prepare<[]>('RELEASE unit')
    this.undo = this.driver.prepare<[]>('ROLLBACK TO unit')
  }

  /**
   * Queues a unit; resolves with its result when it is on disk. Rejects with what the unit threw, or with
   * `unavailable` when the disk refused (nothing of the unit is stored then) or the store is closed.
   */
  write<T>(unit: Unit<T>): Promise<T> {
    if (this.closed) return Promise.reject(new KurirError('unavailable', 'The store is closed'))
    return new Promise<T>((resolve, reject) => {
      let result: T
      this.queue.push({
        run: (effects) => {
          result = unit(effects)
        },
        resolve: () => resolve(result),
        reject,
      })
      this.schedule()
    })
  }

  /** Runs a query now, between transactions: it sees what was committed, not what is queued. */
  async read<T>(query: () => T): Promise<T> {
    if (this.closed) throw new KurirError('unavailable', 'The store is closed')
    try {
      return query()
    } catch (error) {
      throw toCallerError(error)
    }
  }

  health(): WriterHealth {
    return { ok: !this.closed && this.failure === null, error: this.failure }
  }

  /** Commits what waits and takes nothing more. */
  close(): void {
    while (this.queue.length > 0) this.commitBatch()
    this.closed = true
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    // The check phase follows the poll phase: all requests that came in together share a transaction, and a lone
    // one waits for nothing but the end of the present callback.
    setImmediate(() => {
      this.scheduled = false
      this.commitBatch()
      if (this.queue.length > 0) this.schedule()
    })
  }

  private commitBatch(): void {
    const batch = this.queue.splice(0, BATCH)
    if (batch.length === 0) return
    const effects: Effects = { events: false, deliveries: false }
    let done: Waiting[]
    try {
      this.begin.run()
      done = batch.length === 1 ? batch : this.runUnits(batch, effects)
      if (batch.length === 1) batch[0]?.run(effects)
      this.commit.run()
    } catch (error) {
      this.fail(batch, error)
      return
    }
    if (this.failure !== null) this.logger.info('the store writes again')
    this.failure = null
    for (const unit of done) unit.resolve()
    if (effects.events || effects.deliveries) this.onCommitted(effects)
  }

  /** Runs each unit in its savepoint; throws where the transaction itself is lost. */
  private runUnits(batch: Waiting[], effects: Effects): Waiting[] {
    const done: Waiting[] = []
    for (const unit of batch) {
      this.savepoint.run()
      try {
        unit.run(effects)
        done.push(unit)
      } catch (error) {
        if (isDiskError(error) || !this.driver.inTransaction) throw error
        this.undo.run()
        this.onRolledBack()
        unit.reject(error)
      }
      this.release.run()
    }
    return done
  }

  private fail(batch: Waiting[], error: unknown): void {
    try {
      if (this.driver.inTransaction) this.rollback.run()
    } catch (cause) {
      this.logger.error({ err: cause }, 'the store could not roll back')
    }
    this.onRolledBack()
    if (isDiskError(error)) {
      if (this.failure === null) this.logger.error({ err: error }, 'the store cannot write')
      this.failure = isSqliteError(error) ? error.code : 'unknown'
      this.probeLater()
    }
    const answer = toCallerError(error)
    // A unit that failed alone before has its own answer already; rejecting again does nothing.
    for (const unit of batch) unit.reject(answer)
  }

  private probeLater(): void {
    if (this.probing) return
    this.probing = true
    const timer = setTimeout(() => {
      this.probing = false
      // A probe that fails plans the next one by itself; its answer is in `health()`.
      if (this.failure !== null && !this.closed) this.write(this.probe).catch(() => undefined)
    }, PROBE_EVERY_MS)
    timer.unref()
  }
}

function isDiskError(error: unknown): boolean {
  return isSqliteError(error) && DISK.test(error.code)
}

function toCallerError(error: unknown): unknown {
  if (!isDiskError(error)) return error
  return new KurirError('unavailable', 'The store cannot be written or read now', { cause: error })
}

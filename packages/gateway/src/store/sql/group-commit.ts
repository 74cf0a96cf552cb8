import type { Logger } from 'pino'
import { KurirError } from '../../core/errors.ts'

/** What a transaction wrote that others wait for; told to `onCommitted` after the commit. */
export interface Effects {
  events: boolean
  deliveries: boolean
}

/** One atomic piece of work over the open transaction. It awaits the database and nothing else. */
export type Unit<T> = (effects: Effects) => T | Promise<T>

export interface WriterHealth {
  ok: boolean
  /** The database's code of the last failed commit, null while all is well. */
  error: string | null
}

/** The one connection that writes. */
export interface Transactions {
  begin(): Promise<void>
  /** Resolves when all of it is on disk. Rejects where nothing of it is, or where nobody can tell. */
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Runs a unit so that it can be undone alone. Rejects with what it threw. */
  nest<T>(unit: () => Promise<T>): Promise<T>
  /** Runs a unit that is undone with the transaction. */
  run<T>(unit: () => Promise<T>): Promise<T>
  /** False once the transaction is gone, whoever ended it. */
  readonly isOpen: boolean
  /** Whether reads see what an open transaction wrote, so that they have to wait for its end. */
  readonly readsShareIt: boolean
  /** The code where the database failed, and not the unit: whatever shares the transaction is lost with it. */
  outageOf(error: unknown): string | undefined
}

export interface GroupCommitOptions {
  transactions: Transactions
  logger: Logger
  /** A small write, tried every second after the database refused one, so that health comes back without traffic. */
  probe: () => Promise<void>
  onCommitted: (effects: Effects) => void
  /** Before the next unit after anything was rolled back: what was cached inside a unit may be wrong. */
  refresh: () => Promise<void>
}

interface Waiting {
  run(effects: Effects): Promise<void>
  resolve(): void
  reject(error: unknown): void
}

/** Units per transaction: beyond this the first callers wait longer and the disk gains nothing. */
const BATCH = 64

const PROBE_EVERY_MS = 1_000

/**
 * The only writer of a database. Everything that waits when the event loop comes round goes into one transaction,
 * so that one sync of the disk serves many callers; each unit has its own savepoint, so that a failing one fails
 * alone. Units run one after the other in the order of `write`, and their promises resolve after COMMIT, when they are
 * on disk.
 */
export class GroupCommit {
  private readonly options: GroupCommitOptions
  private readonly transactions: Transactions
  private queue: Waiting[] = []
  /** The batch that is being written. */
  private writing: Promise<void> | undefined
  private scheduled = false
  private closed = false
  private probing = false
  private stale = false
  private failure: string | null = null

  constructor(options: GroupCommitOptions) {
    this.options = options
    this.transactions = options.transactions
  }

  /**
   * Queues a unit; resolves with its result when it is on disk. Rejects with what the unit threw, or with
   * `unavailable` when the database refused or the store is closed.
   */
  write<T>(unit: Unit<T>): Promise<T> {
    if (this.closed) return Promise.reject(closedError())
    return new Promise<T>((resolve, reject) => {
      let result: T
      this.queue.push({
        run: async (effects) => {
          result = await unit(effects)
        },
        resolve: () => resolve(result),
        reject,
      })
      this.schedule()
    })
  }

  /** Runs a query: it sees what was committed, not what is queued. */
  async read<T>(query: () => T | Promise<T>): Promise<T> {
    if (this.closed) throw closedError()
    while (this.transactions.readsShareIt && this.isWriting) await this.writing
    try {
      return await query()
    } catch (error) {
      throw this.toCallerError(error)
    }
  }

  health(): WriterHealth {
    return { ok: !this.closed && this.failure === null, error: this.failure }
  }

  /** Commits what waits and takes nothing more. */
  async close(): Promise<void> {
    this.closed = true
    while (this.isWriting || this.queue.length > 0) await (this.writing ?? this.writeBatch())
  }

  private get isWriting(): boolean {
    return this.writing !== undefined
  }

  private schedule(): void {
    if (this.scheduled || this.isWriting) return
    this.scheduled = true
    // The check phase follows the poll phase: all requests that came in together share a transaction, and a lone
    // one waits for nothing but the end of the present callback.
    setImmediate(() => {
      this.scheduled = false
      if (!this.isWriting && this.queue.length > 0) void this.writeBatch()
    })
  }

  private writeBatch(): Promise<void> {
    this.writing = this.commitBatch(this.queue.splice(0, BATCH)).finally(() => {
      this.writing = undefined
      if (this.queue.length > 0) this.schedule()
    })
    return this.writing
  }

  /** Never rejects: each unit's own promise says what became of it. */
  private async commitBatch(batch: Waiting[]): Promise<void> {
    const effects: Effects = { events: false, deliveries: false }
    let done: Waiting[]
    try {
      await this.transactions.begin()
      done = await this.runUnits(batch, effects)
      await this.transactions.commit()
    } catch (error) {
      await this.fail(batch, error)
      return
    }
    if (this.failure !== null) this.options.logger.info('the store writes again')
    this.failure = null
    for (const unit of done) unit.resolve()
    if (effects.events || effects.deliveries) this.options.onCommitted(effects)
  }

  /** Runs each unit so that it fails alone; throws where the transaction itself is lost. */
  private async runUnits(batch: Waiting[], effects: Effects): Promise<Waiting[]> {
    const done: Waiting[] = []
    for (const unit of batch) {
      if (this.stale) {
        await this.transactions.run(this.options.refresh)
        this.stale = false
      }
      const run = () => unit.run(effects)
      try {
        await (batch.length === 1 ? this.transactions.run(run) : this.transactions.nest(run))
        done.push(unit)
      } catch (error) {
        const isLost = this.transactions.outageOf(error) !== undefined || !this.transactions.isOpen
        if (batch.length === 1 || isLost) throw error
        this.stale = true
        unit.reject(error)
      }
    }
    return done
  }

  private async fail(batch: Waiting[], error: unknown): Promise<void> {
    try {
      if (this.transactions.isOpen) await this.transactions.rollback()
    } catch (cause) {
      this.options.logger.error({ err: cause }, 'the store could not roll back')
    }
    this.stale = true
    const outage = this.transactions.outageOf(error)
    if (outage !== undefined) {
      if (this.failure === null) this.options.logger.error({ err: error }, 'the store cannot write')
      this.failure = outage
      this.probeLater()
    }
    const answer = this.toCallerError(error)
    // A unit that failed alone before has its own answer already; rejecting again does nothing.
    for (const unit of batch) unit.reject(answer)
  }

  private probeLater(): void {
    if (this.probing) return
    this.probing = true
    const timer = setTimeout(() => {
      this.probing = false
      // A probe that fails plans the next one by itself; its answer is in `health()`.
      if (this.failure !== null && !this.closed) this.write(this.options.probe).catch(() => undefined)
    }, PROBE_EVERY_MS)
    timer.unref()
  }

  private toCallerError(error: unknown): unknown {
    if (this.transactions.outageOf(error) === undefined) return error
    return new KurirError('unavailable', 'The store cannot be written or read now', { cause: error })
  }
}

function closedError(): KurirError {
  return new KurirError('unavailable', 'The store is closed')
}

import type { Logger } from 'pino'
import type { Connection, Connector } from './connection.ts'
import { LEASE_MS, renewLease } from './lease.ts'

const BEAT_MS = 500
/** A server that answers nothing for this long is down: callers hear of it within two seconds. */
const ANSWER_MS = 1_000
/** Part of the lease after which this process stops writing by itself, whatever its clock says. */
const SURE = 0.8

export interface HeartbeatOptions {
  connector: Connector
  connection: Connection
  token: number
  logger: Logger
  /** The server does not answer: connections that wait for it are to be dropped. */
  onDown: () => void
  /** Another process has the database: this one must end. Called once. */
  onLost: () => void
}

/** Renews the lease, and is the first to notice a server that is gone. */
export class Heartbeat {
  private readonly options: HeartbeatOptions
  private connection: Connection | undefined
  private renewedAt = performance.now()
  private isDown = false
  private isLost = false
  private beating: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(options: HeartbeatOptions) {
    this.options = options
    this.connection = options.connection
    this.plan()
  }

  /** Why nothing may be written now; null while all is well. */
  fault(): string | null {
    if (this.isLost) return 'LEASE_LOST'
    if (this.isDown) return 'NO_ANSWER'
    return performance.now() - this.renewedAt > SURE * LEASE_MS ? 'LEASE_EXPIRED' : null
  }

  /** Another process has the lease. */
  lose(): void {
    if (this.isLost || this.closed) return
    this.isLost = true
    this.options.logger.fatal('another gateway has taken over the database')
    this.options.onLost()
  }

  /** The connection, for the last words on it; undefined where there is none. */
  async stop(): Promise<Connection | undefined> {
    this.closed = true
    clearTimeout(this.timer)
    await this.beating
    return this.connection
  }

  private plan(): void {
    if (this.closed || this.isLost) return
    this.timer = setTimeout(() => {
      this.beating = this.beat().finally(() => this.plan())
    }, BEAT_MS)
    this.timer.unref()
  }

  private async beat(): Promise<void> {
    const at = performance.now()
    try {
      const connection = await this.connect()
      const isOurs = await inTime(renewLease(connection, this.options.token))
      if (!isOurs) return this.lose()
      this.renewedAt = at
      if (this.isDown) this.options.logger.info('PostgreSQL answers again')
      this.isDown = false
    } catch (error) {
      this.connection?.destroy()
      this.connection = undefined
      if (!this.isDown) this.options.logger.error({ err: error }, 'PostgreSQL does not answer')
      this.isDown = true
      this.options.onDown()
    }
  }

  private async connect(): Promise<Connection> {
    this.connection ??= await this.options.connector.connect(() => {
      this.connection = undefined
    })
    return this.connection
  }
}

/** Rejects where the answer takes longer than {@link ANSWER_MS}, or the event loop had no time to read it. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // What has arrived while the loop was busy is read first.
      setImmediate(() => setImmediate(() => reject(new Error(`no answer for ${ANSWER_MS} ms`))))
    }, ANSWER_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

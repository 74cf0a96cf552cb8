import { setTimeout as sleep } from 'node:timers/promises'
import { KEEP_ALL, type Pruned, type RetentionDays } from '../store.ts'
import type { Driver } from './driver.ts'
import type { GroupCommit } from './group-commit.ts'
import { type AgedRows, agedDeliveries, agedEvents, agedMessages } from './tables/aged-rows.ts'
import { ANSWER_KEPT_MS, type AnswerTable } from './tables/answer.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import type { ItemTable } from './tables/item.ts'
import { JOURNAL_KEPT_MS, type JournalTable } from './tables/journal.ts'
import type { TokenTable } from './tables/token.ts'

/** Rows per transaction: a send that comes meanwhile waits for one batch, not for the whole cleaning. */
const BATCH = 500
/** The same where a row takes others with it, and may be large. */
const AGED_BATCH = 200

const DAY_MS = 24 * 3_600_000

/** How long a URL that messages named for their news is kept after the last of them. */
const TARGET_KEPT_MS = 30 * DAY_MS

/**
 * Whatever is set, messages stay so long: devices ask for those sent again, and the server may hand over those received
 * once more, to be known by their row. (An Idempotency-Key, which is in the row as well, is over before.)
 */
const MESSAGE_KEPT_MS = 14 * DAY_MS

interface JanitorTables {
  answers: AnswerTable
  journal: JournalTable
  tokens: TokenTable
  endpoints: EndpointTable
  items: ItemTable
}

/**
 * Deletes what has outlived its use: expired answers and tokens, consumed journal rows (those that no message has
 * consumed are kept for ever), and what is older than it is to be kept.
 */
export class Janitor {
  private readonly writer: GroupCommit
  private readonly tables: JanitorTables
  private readonly messages: AgedRows
  private readonly events: AgedRows
  private readonly deliveries: AgedRows
  private running: Promise<Pruned> | undefined

  constructor(writer: GroupCommit, driver: Driver, tables: JanitorTables) {
    this.writer = writer
    this.tables = tables
    this.messages = agedMessages(driver)
    this.events = agedEvents(driver)
    this.deliveries = agedDeliveries(driver)
  }

  /** A call while another is at work gets that one's answer. */
  prune(now: number, days: RetentionDays = KEEP_ALL): Promise<Pruned> {
    this.running ??= this.pruneAll(now, days).finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async pruneAll(now: number, days: RetentionDays): Promise<Pruned> {
    const { answers, journal, tokens, endpoints } = this.tables
    const messages = days.messages > 0 ? Math.max(days.messages * DAY_MS, MESSAGE_KEPT_MS) : 0
    return {
      answers: await this.inBatches(() => answers.prune(now - ANSWER_KEPT_MS, BATCH)),
      journal: await this.inBatches(() => journal.prune(now - JOURNAL_KEPT_MS, BATCH)),
      tokens: await this.inBatches(() => tokens.prune(now, BATCH)),
      deliveries: await this.aged(this.deliveries, now, days.deliveries * DAY_MS),
      events: await this.aged(this.events, now, days.events * DAY_MS),
      messages: await this.aged(this.messages, now, messages),
      audit: await this.audit(now, days.audit * DAY_MS),
      targets: await this.inBatches(() => endpoints.prune(now - TARGET_KEPT_MS, BATCH)),
    }
  }

  private async inBatches(deleteSome: () => Promise<number>): Promise<number> {
    let total = 0
    for (;;) {
      const deleted = await this.restful(deleteSome)
      total += deleted
      if (deleted < BATCH) return total
    }
  }

  private async aged(rows: AgedRows, now: number, keptMs: number): Promise<number> {
    let total = 0
    let after: number | null = keptMs > 0 ? 0 : null
    while (after !== null) {
      const from: number = after
      const { deleted, last } = await this.restful(() => rows.prune(from, now - keptMs, AGED_BATCH))
      total += deleted
      after = last
    }
    return total
  }

  private async audit(now: number, keptMs: number): Promise<number> {
    if (keptMs === 0) return 0
    const shelf = { dialect: 'kurir', kind: 'audit' }
    let total = 0
    for (const tenant of await this.writer.read(() => this.tables.items.tenants())) {
      total += await this.inBatches(() => this.tables.items.prune({ tenant, ...shelf }, now - keptMs, BATCH))
    }
    return total
  }

  /** Leaves others as much time as it took itself: a large cleaning takes long, and nobody waits for it. */
  private async restful<T>(unit: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const result = await this.writer.write(unit)
    await sleep(performance.now() - startedAt)
    return result
  }
}

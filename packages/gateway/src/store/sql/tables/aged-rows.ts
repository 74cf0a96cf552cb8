import type { Driver } from '../driver.ts'

/** What of a table may go. Texts of SQL over a row of it; `@before` is a time (ms). */
interface Ageing {
  table: 'message' | 'event' | 'delivery'
  /** When the row was stored, or later; it grows with `row_no`, as far as clocks do. */
  at: string
  /** Whether the row's end lies before `@before` and nothing waits for it any more. */
  isOver: string
}

type Range = { after: number; last: number; before: number }

/**
 * Deletes a table's old rows from the first on, so that finding them needs no index, which every insert would pay for.
 */
export class AgedRows {
  private readonly pageRow
  private readonly deleteRows

  constructor(driver: Driver, { table, at, isOver }: Ageing) {
    this.pageRow = driver.prepare<
      [{ after: number; before: number; limit: number }],
      { last: number | null; old: number }
    >(`
      SELECT max(row_no) AS last, count(*) FILTER (WHERE at < @before) AS old
      FROM (SELECT row_no, ${at} AS at FROM ${table} WHERE row_no > @after ORDER BY row_no LIMIT @limit) AS page`)
    this.deleteRows = driver.prepare<[Range]>(`
      DELETE FROM ${table} WHERE row_no > @after AND row_no <= @last AND ${isOver}`)
  }

  /** Looks at the next `limit` rows after a row number. `last` is null where none behind them is old. */
  async prune(after: number, before: number, limit: number): Promise<{ deleted: number; last: number | null }> {
    const { last, old } = (await this.pageRow.get({ after, before, limit })) ?? { last: null, old: 0 }
    if (last === null || old === 0) return { deleted: 0, last: null }
    return { deleted: await this.deleteRows.run({ after, last, before }), last }
  }
}

/** Messages, whose age counts from the last change of their status. What waits to be sent or answered is not over. */
export function agedMessages(driver: Driver): AgedRows {
  const at = driver.pick({
    sqlite: `(history ->> '$[#-1].at')`,
    postgres: `(history::jsonb -> -1 ->> 'at')::bigint`,
  })
  return new AgedRows(driver, {
    table: 'message',
    at,
    isOver: `status NOT IN ('accepted', 'prepared') AND ${at} < @before AND NOT EXISTS
      (SELECT 1 FROM automation_job WHERE automation_job.message_id = message.id AND automation_job.state = 'waiting')`,
  })
}

/** Events, with the deliveries of them that have ended. One that is still to be delivered stays. */
export function agedEvents(driver: Driver): AgedRows {
  return new AgedRows(driver, {
    table: 'event',
    at: 'timestamp',
    isOver: `timestamp < @before AND NOT EXISTS
      (SELECT 1 FROM delivery WHERE delivery.event_row_no = event.row_no AND delivery.state = 'pending')`,
  })
}

/** Deliveries, whose age counts from their end. */
export function agedDeliveries(driver: Driver): AgedRows {
  return new AgedRows(driver, {
    table: 'delivery',
    at: 'created_at',
    isOver: `state <> 'pending' AND finished_at < @before`,
  })
}

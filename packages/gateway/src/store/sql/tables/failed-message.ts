import type { TenantId } from '../../../core/ids.ts'
import type { MessageRecord } from '../../../core/message.ts'
import type { FailedFilter } from '../../../messages/ports.ts'
import type { Driver, SqlValue } from '../driver.ts'
import { Filter } from './filter.ts'
import { MESSAGE_ROWS } from './message.ts'
import { fromMessageRow, type MessageRow } from './message-row.ts'

/** Messages by how they failed; few among many, so they have an index of their own. */
export class FailedMessages {
  private readonly driver: Driver

  constructor(driver: Driver) {
    this.driver = driver
  }

  /** Newest first. */
  async list(tenant: TenantId, { status, session, cursor, limit }: FailedFilter): Promise<MessageRecord[]> {
    // The status is one of three words of ours; written out, so that the index of those alone serves.
    const wanted = new Filter()
    wanted.where('m.tenant = ?', tenant)
    wanted.where(`m.status = '${status}'`)
    if (session !== undefined) wanted.where('m.session_uid = ?', session)
    if (cursor !== undefined) wanted.where('m.row_no < (SELECT row_no FROM message WHERE id = ?)', cursor)
    const sql = `${MESSAGE_ROWS} ${wanted.sql} ORDER BY m.row_no DESC LIMIT ?`
    const rows = await this.driver.prepare<SqlValue[], MessageRow>(sql).all(...wanted.values, limit)
    return rows.map((row) => fromMessageRow(row).message)
  }
}

import type { StoredAnswer } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { Driver } from '../driver.ts'

const GET = `
  SELECT request_hash, status, body, content_type, at FROM answer WHERE tenant = ? AND key = ? AND at > ?`
const SAVE = `
  INSERT INTO answer (tenant, key, request_hash, status, body, content_type, at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
    body = excluded.body, content_type = excluded.content_type, at = excluded.at`
const PRUNE = `
  DELETE FROM answer WHERE (tenant, key) IN (SELECT tenant, key FROM answer WHERE at <= ? LIMIT ?)`

interface Row {
  request_hash: string
  status: number
  body: string
  content_type: string
  at: number
}

/** How long an answer is given again for its Idempotency-Key. */
export const ANSWER_KEPT_MS = 72 * 3_600_000

export class AnswerTable {
  private readonly getRow
  private readonly saveRow
  private readonly pruneRows

  constructor(driver: Driver) {
    this.getRow = driver.prepare<[string, string, number], Row>(GET)
    this.saveRow = driver.prepare<[string, string, string, number, string, string, number]>(SAVE)
    this.pruneRows = driver.prepare<[number, number]>(PRUNE)
  }

  /** The answer saved after `since` (ms). */
  async get(tenant: TenantId, key: string, since: number): Promise<StoredAnswer | undefined> {
    const row = await this.getRow.get(tenant, key, since)
    if (!row) return undefined
    const { request_hash: requestHash, status, body, content_type: contentType, at } = row
    return { requestHash, status, body, contentType, at }
  }

  async save(
    tenant: TenantId,
    key: string,
    { requestHash, status, body, contentType, at }: StoredAnswer,
  ): Promise<void> {
    await this.saveRow.run(tenant, key, requestHash, status, body, contentType, at)
  }

  /** Deletes up to `limit` answers from `cutoff` (ms) or before and answers how many. */
  async prune(cutoff: number, limit: number): Promise<number> {
    return await this.pruneRows.run(cutoff, limit)
  }
}

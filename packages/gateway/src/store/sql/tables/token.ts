import type { TokenRecord } from '../../../access/ports.ts'
import type { Driver } from '../driver.ts'

const INSERT = 'INSERT INTO access_token (hash, key_id, expires_at) VALUES (?, ?, ?)'
const DELETE = 'DELETE FROM access_token WHERE hash = ?'
const PRUNE = 'DELETE FROM access_token WHERE hash IN (SELECT hash FROM access_token WHERE expires_at <= ? LIMIT ?)'

export class TokenTable {
  private readonly insertRow
  private readonly deleteRow
  private readonly pruneRows

  constructor(driver: Driver) {
    this.insertRow = driver.prepare<[string, string, number]>(INSERT)
    this.deleteRow = driver.prepare<[string]>(DELETE)
    this.pruneRows = driver.prepare<[number, number]>(PRUNE)
  }

  async insert({ hash, key, expiresAt }: TokenRecord): Promise<void> {
    await this.insertRow.run(hash, key, expiresAt)
  }

  async delete(hash: string): Promise<void> {
    await this.deleteRow.run(hash)
  }

  /** Deletes up to `limit` tokens that are expired at `now` (ms) and answers how many. */
  async prune(now: number, limit: number): Promise<number> {
    return await this.pruneRows.run(now, limit)
  }
}

import type { SessionUid, TenantId } from '../../../core/ids.ts'
import type { MediaId, RemoteMedia } from '../../../core/media.ts'
import type { DownloadOutcome, DueDownload, MediaRecord, MediaState } from '../../../media/ports.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver, SqlValue } from '../driver.ts'

const INSERT = `
  INSERT INTO media (id, tenant, session_uid, state, mimetype, size, file_name, sha256, remote, attempts, due_at,
    created_at, used_at)
  VALUES (@id, @tenant, @session_uid, @state, @mimetype, @size, @file_name, @sha256, @remote, @attempts, @due_at,
    @created_at, @used_at)
  ON CONFLICT (id) DO NOTHING`
const SELECT = `
  SELECT f.id, f.tenant, f.session_uid, (SELECT id FROM session WHERE uid = f.session_uid) AS session, f.state, f.mimetype,
    f.size, f.file_name, f.sha256, f.remote, f.attempts, f.created_at, f.used_at
  FROM media f`
const BY_ID = `${SELECT} WHERE f.id = ?`
const BYTES_OF = `SELECT coalesce(sum(size), 0) AS bytes FROM media WHERE tenant = ? AND state = 'here'`
const DUE = `
  ${SELECT} WHERE f.due_at IS NOT NULL AND f.due_at <= ? AND (f.size IS NULL OR f.size <= ?)
  ORDER BY f.due_at, f.row_no LIMIT ?`
const NEXT_DUE = `
  SELECT min(due_at) AS due_at FROM media WHERE due_at IS NOT NULL AND due_at > ? AND (size IS NULL OR size <= ?)`
const SETTLE_HERE = `
  UPDATE media SET state = 'here', sha256 = ?, size = ?, mimetype = ?, due_at = NULL WHERE id = ? AND state = 'remote'`
const SETTLE_RETRY = `
  UPDATE media SET attempts = attempts + 1, due_at = ? WHERE id = ? AND state = 'remote'`
const SETTLE_GONE = `
  UPDATE media SET state = 'gone', attempts = attempts + 1, due_at = NULL WHERE id = ? AND state = 'remote'`
const TOUCH = 'UPDATE media SET used_at = ? WHERE id = ?'
// A message may wait longer for its time than files are kept.
const prune = (mediaId: string) => `
  DELETE FROM media WHERE id IN (
    SELECT id FROM media WHERE used_at < ? AND id NOT IN (
      SELECT ${mediaId} FROM message WHERE status IN ('accepted', 'prepared') AND ${mediaId} IS NOT NULL)
    ORDER BY used_at LIMIT ?)
  RETURNING sha256`
const PRUNE = { sqlite: prune(`content ->> '$.media.id'`), postgres: prune(`content::jsonb -> 'media' ->> 'id'`) }
const DELETE = 'DELETE FROM media WHERE tenant = ? AND id = ? RETURNING sha256'
const IS_NAMED = 'SELECT 1 FROM media WHERE sha256 = ? LIMIT 1'

interface Row {
  id: MediaId
  tenant: TenantId
  session_uid: SessionUid | null
  session: string | null
  state: MediaState
  mimetype: string
  size: number | null
  file_name: string | null
  sha256: string | null
  remote: string | null
  attempts: number
  created_at: number
  used_at: number
}

export class MediaTable {
  private readonly sealer: Sealer
  private readonly insertRow
  private readonly byIdRow
  private readonly bytesOfRow
  private readonly dueRows
  private readonly nextDueRow
  private readonly settleHereRow
  private readonly settleRetryRow
  private readonly settleGoneRow
  private readonly touchRow
  private readonly pruneRows
  private readonly deleteRow
  private readonly isNamedRow

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.bytesOfRow = driver.prepare<[string], { bytes: number }>(BYTES_OF)
    this.dueRows = driver.prepare<[number, number, number], Row>(DUE)
    this.nextDueRow = driver.prepare<[number, number], { due_at: number | null }>(NEXT_DUE)
    this.settleHereRow = driver.prepare<[string, number, string, string]>(SETTLE_HERE)
    this.settleRetryRow = driver.prepare<[number, string]>(SETTLE_RETRY)
    this.settleGoneRow = driver.prepare<[string]>(SETTLE_GONE)
    this.touchRow = driver.prepare<[number, string]>(TOUCH)
    this.pruneRows = driver.prepare<[number, number], { sha256: string | null }>(driver.pick(PRUNE))
    this.deleteRow = driver.prepare<[string, string], { sha256: string | null }>(DELETE)
    this.isNamedRow = driver.prepare<[string], unknown>(IS_NAMED)
  }

  /** One whose id is there already keeps its row. A file in state `remote` is due for download at once, unless not `isDue`. */
  async insert(media: MediaRecord, isDue = true): Promise<void> {
    await this.insertRow.run({
      id: media.id,
      tenant: media.tenant,
      session_uid: media.sessionUid,
      state: media.state,
      mimetype: media.mimetype,
      size: media.size,
      file_name: media.fileName,
      sha256: media.sha256,
      remote: media.remote && this.sealer.sealText(placeOf(media), JSON.stringify(media.remote)),
      attempts: media.attempts,
      due_at: isDue && media.state === 'remote' ? media.createdAt : null,
      created_at: media.createdAt,
      used_at: media.usedAt,
    })
  }

  async byId(id: MediaId): Promise<MediaRecord | undefined> {
    const row = await this.byIdRow.get(id)
    return row && toMedia(row, this.sealer)
  }

  /** Bytes of all files of the tenant that are here. */
  async bytesOf(tenant: TenantId): Promise<number> {
    return (await this.bytesOfRow.get(tenant))?.bytes ?? 0
  }

  async due(now: number, maxBytes: number, limit: number): Promise<DueDownload[]> {
    return (await this.dueRows.all(now, maxBytes, limit)).flatMap((row) => {
      const media = toMedia(row, this.sealer)
      return media.remote ? [{ media, remote: media.remote }] : []
    })
  }

  async nextDueAt(after: number, maxBytes: number): Promise<number | undefined> {
    return (await this.nextDueRow.get(after, maxBytes))?.due_at ?? undefined
  }

  async settle(id: MediaId, outcome: DownloadOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'here':
        await this.settleHereRow.run(outcome.sha256, outcome.size, outcome.mimetype, id)
        return
      case 'retry':
        await this.settleRetryRow.run(outcome.dueAt, id)
        return
      case 'gone':
        await this.settleGoneRow.run(id)
        return
      default:
        outcome satisfies never
    }
  }

  async touch(id: MediaId, at: number): Promise<void> {
    await this.touchRow.run(at, id)
  }

  /** Deletes up to `limit` rows that were last used before `before`; answers the hash of each, null for none. */
  async prune(before: number, limit: number): Promise<(string | null)[]> {
    return (await this.pruneRows.all(before, limit)).map(({ sha256 }) => sha256)
  }

  /** The hash that the row named, undefined where there was no row or no hash. */
  async delete(tenant: TenantId, id: MediaId): Promise<string | undefined> {
    return (await this.deleteRow.get(tenant, id))?.sha256 ?? undefined
  }

  async isNamed(sha256: string): Promise<boolean> {
    return (await this.isNamedRow.get(sha256)) !== undefined
  }
}

function toMedia(row: Row, sealer: Sealer): MediaRecord {
  return {
    id: row.id,
    tenant: row.tenant,
    sessionUid: row.session_uid,
    session: row.session,
    state: row.state,
    mimetype: row.mimetype,
    size: row.size,
    fileName: row.file_name,
    sha256: row.sha256,
    remote: row.remote === null ? null : (JSON.parse(sealer.openText(placeOf(row), row.remote)) as RemoteMedia),
    attempts: row.attempts,
    createdAt: row.created_at,
    usedAt: row.used_at,
  }
}

function placeOf({ tenant, id }: { tenant: TenantId; id: MediaId }): Place {
  return { column: SEALED.mediaRemote, owner: tenant, id: [id] }
}

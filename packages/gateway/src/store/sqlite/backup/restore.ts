import { createHash } from 'node:crypto'
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { MIGRATIONS } from '../../migrations/all.ts'
import type { Renewal } from '../../sql/renewal.ts'
import { DATABASE_FILE, prepareDirectory, prepareFile } from '../directory.ts'
import { type Driver, openDriver } from '../driver.ts'
import { migrate, refuseNewerStore } from '../migrate.ts'
import { BackupError, verifyChecksum } from './file.ts'
import type { OnProgress } from './progress.ts'
import { renew } from './renew.ts'

export interface RestoreOptions {
  file: string
  dataDir: string
  /** Send again what was being sent when the backup was made, at the risk of sending it twice. */
  resend: boolean
  /** The files of messages are not in the data directory but where they were when the backup was made. */
  areFilesElsewhere?: boolean
  now: number
  logger: Logger
  onProgress?: OnProgress
}

export interface RestoreReport extends Renewal {
  sessions: number
  /** Files of messages that came back. */
  media: number
}

const IS_BACKUP = `SELECT 1 FROM sqlite_schema WHERE name = 'backup_info'`
const SESSIONS = 'SELECT count(*) AS count FROM session'
const RESTORED_FILES = 'SELECT DISTINCT sha256 FROM backup_media'
const RESTORED_BYTES = 'SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM backup_media'
const PARTS = 'SELECT bytes FROM backup_media WHERE sha256 = ? AND part = ?'
// A file that a message brought can be fetched again for a while.
const FORGET_FILES = `
  UPDATE media SET state = CASE WHEN remote IS NULL THEN 'gone' ELSE 'remote' END, sha256 = NULL,
    due_at = CASE WHEN remote IS NULL THEN NULL ELSE @now END
  WHERE state = 'here' AND sha256 NOT IN (SELECT sha256 FROM backup_media)`

/**
 * Puts a backup into an empty data directory and makes it safe to go on from (see {@link renew}). Throws
 * {@link BackupError} and leaves the directory empty where the file is damaged, newer than this Kurir, or the directory
 * has anything in it.
 */
export function restoreBackup(options: RestoreOptions): RestoreReport {
  const { file, dataDir, logger, onProgress = () => undefined } = options
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new BackupError(`${dataDir} is not empty. A backup is restored into a new directory; nothing is overwritten.`)
  }
  if (!existsSync(file)) throw new BackupError(`There is no file ${file}.`)
  verifyChecksum(file, onProgress)
  prepareDirectory(dataDir, logger)
  const draft = join(dataDir, 'restoring.db')
  try {
    prepareFile(draft, logger)
    onProgress('database', 0, 0)
    copyFileSync(file, draft, constants.COPYFILE_FICLONE)
    const report = unpack(draft, { ...options, onProgress })
    renameSync(draft, join(dataDir, DATABASE_FILE))
    return report
  } catch (error) {
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true })
    throw error
  }
}

function unpack(draft: string, options: RestoreOptions & { onProgress: OnProgress }): RestoreReport {
  const { file, dataDir, resend, now, areFilesElsewhere, onProgress } = options
  const driver = openDriver(draft, { busyMs: 0 })
  try {
    if (!driver.prepare<[]>(IS_BACKUP).get()) throw new BackupError(`${file} is not a backup of Kurir.`)
    refuseNewerStore(driver, MIGRATIONS, file)
    driver.exec('PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY')
    const [fault] = driver.prepare<[], { integrity_check: string }>('PRAGMA integrity_check').all()
    if (fault?.integrity_check !== 'ok') throw new BackupError(`${file} is damaged: ${fault?.integrity_check}`)
    migrate(driver, MIGRATIONS, now)
    const renewal = renew(driver, { now, resend })
    const media = areFilesElsewhere ? 0 : unpackMedia(driver, join(dataDir, 'media'), onProgress)
    if (!areFilesElsewhere) driver.prepare<[{ now: number }]>(FORGET_FILES).run({ now })
    onProgress('database', 0, 0)
    const sessions = driver.prepare<[], { count: number }>(SESSIONS).get()?.count ?? 0
    // What was deleted must not stay in free pages.
    driver.exec('DROP TABLE backup_media; DROP TABLE backup_info; VACUUM')
    return { sessions, media, ...renewal }
  } finally {
    driver.close()
  }
}

function unpackMedia(driver: Driver, directory: string, onProgress: OnProgress): number {
  const files = driver.prepare<[], { sha256: string }>(RESTORED_FILES).all()
  const total = driver.prepare<[], { bytes: number }>(RESTORED_BYTES).get()?.bytes ?? 0
  let done = 0
  const part = driver.prepare<[string, number], { bytes: Uint8Array }>(PARTS)
  for (const { sha256 } of files) {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new BackupError('a file in the backup has no proper name')
    const folder = join(directory, sha256.slice(0, 2))
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    for (let index = 0; ; index++) {
      const bytes = part.get(sha256, index)?.bytes
      if (!bytes) break
      hash.update(bytes)
      writeFileSync(join(folder, sha256), bytes, { flag: 'a', mode: 0o600, flush: true })
      done += bytes.length
      onProgress('files', done, total)
    }
    if (hash.digest('hex') !== sha256) throw new BackupError(`a file in the backup is damaged (${sha256})`)
  }
  return files.length
}

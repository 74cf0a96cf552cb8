import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DATABASE_FILE } from '../directory.ts'
import { type Driver, openDriver } from '../driver.ts'
import { BACKUP_TABLES, BackupError, checksumFile, hashOf, readParts, writeChecksum } from './file.ts'
import type { OnProgress } from './progress.ts'
import { copySnapshot } from './snapshot.ts'

/** A gateway that writes all the time holds the file for moments only. */
const BUSY_MS = 10_000
const FILES = `SELECT DISTINCT sha256 FROM media WHERE state = 'here' AND sha256 IS NOT NULL`

export interface BackupOptions {
  dataDir: string
  file: string
  /** With the files of messages. */
  media: boolean
  /** Milliseconds. */
  now: number
  onProgress?: OnProgress
}

export interface BackupReport {
  file: string
  bytes: number
  sha256: string
  /** Files of messages in it; null where they were left out. `missing` are named by the store and not on the disk. */
  media: { files: number; missing: number } | null
}

/**
 * Writes a consistent copy of the store into `file` (0600) and its checksum beside it, while a gateway may be running
 * on the data directory. Encrypted values stay encrypted. Throws {@link BackupError}; what is there is never
 * overwritten.
 */
export async function makeBackup(options: BackupOptions): Promise<BackupReport> {
  const { dataDir, file, media, now, onProgress = () => undefined } = options
  const database = join(dataDir, DATABASE_FILE)
  if (!existsSync(database)) throw new BackupError(`There is no store in ${dataDir}.`)
  const draft = `${file}.part`
  for (const path of [file, checksumFile(file), draft]) {
    if (existsSync(path)) throw new BackupError(`${path} exists already; nothing is overwritten.`)
  }
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    await copySnapshot({ from: database, to: draft, busyMs: BUSY_MS }, onProgress)
    const files = fill(draft, { mediaDir: join(dataDir, 'media'), media, now, onProgress })
    const sha256 = hashOf(draft, onProgress)
    sync(draft)
    // Fails where somebody made the file meanwhile, as a rename would not.
    linkSync(draft, file)
    writeChecksum(file, sha256)
    sync(dirname(file))
    return { file, bytes: statSync(file).size, sha256, media: files }
  } finally {
    for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(draft + rest, { force: true })
  }
}

interface FillOptions {
  mediaDir: string
  media: boolean
  now: number
  onProgress: OnProgress
}

function fill(draft: string, options: FillOptions): BackupReport['media'] {
  const driver = openDriver(draft, { busyMs: BUSY_MS })
  try {
    driver.exec(`PRAGMA journal_mode = DELETE; ${BACKUP_TABLES}`)
    driver
      .prepare<[number, number]>('INSERT INTO backup_info (made_at, has_media) VALUES (?, ?)')
      .run(options.now, options.media ? 1 : 0)
    return options.media ? addMedia(driver, options) : null
  } finally {
    driver.close()
  }
}

function addMedia(driver: Driver, { mediaDir, onProgress }: FillOptions): { files: number; missing: number } {
  const insert = driver.prepare<[string, number, Uint8Array]>('INSERT INTO backup_media VALUES (?, ?, ?)')
  const named = driver.prepare<[], { sha256: string }>(FILES).all()
  const found = named.flatMap(({ sha256 }) => {
    const path = join(mediaDir, sha256.slice(0, 2), sha256)
    const size = statSync(path, { throwIfNoEntry: false })?.size
    return size === undefined ? [] : [{ sha256, path, size }]
  })
  const total = found.reduce((sum, { size }) => sum + size, 0)
  const report = { files: 0, missing: named.length - found.length }
  let done = 0
  for (const { sha256, path } of found) {
    // A gateway that runs may delete it meanwhile.
    if (!existsSync(path)) {
      report.missing += 1
      continue
    }
    readParts(path, (bytes, part) => {
      insert.run(sha256, part, bytes)
      done += bytes.length
      onProgress('files', done, total)
    })
    report.files += 1
  }
  return report
}

function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { OnProgress } from './progress.ts'

/** A backup cannot be made or restored; the message is for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

/** What is read of a file at a time, and one row of a file in the backup. */
const PART_BYTES = 4 * 1024 * 1024

/** Tables that a backup's file has besides the store's own. */
export const BACKUP_TABLES = `
  CREATE TABLE backup_info (made_at INTEGER NOT NULL, has_media INTEGER NOT NULL) STRICT;
  CREATE TABLE backup_media (sha256 TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (sha256, part)) STRICT;`

/** Calls `take` with the parts of a file, in order. The buffer is used again after each call. */
export function readParts(path: string, take: (part: Uint8Array, index: number) => void): void {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(PART_BYTES)
    for (let index = 0; ; index++) {
      const length = readSync(file, buffer, 0, PART_BYTES, null)
      if (length === 0) return
      take(buffer.subarray(0, length), index)
    }
  } finally {
    closeSync(file)
  }
}

/** The sha256 of a file, in hex. */
export function hashOf(path: string, onProgress: OnProgress): string {
  const hash = createHash('sha256')
  const total = statSync(path).size
  let done = 0
  readParts(path, (part) => {
    hash.update(part)
    done += part.length
    onProgress('checksum', done, total)
  })
  return hash.digest('hex')
}

/** Where the checksum of a backup is, in the form that `sha256sum -c` reads. */
export function checksumFile(file: string): string {
  return `${file}.sha256`
}

export function writeChecksum(file: string, sha256: string): void {
  writeFileSync(checksumFile(file), `${sha256}  ${basename(file)}\n`, { mode: 0o600, flush: true })
}

/** Throws {@link BackupError} where the file is not what its checksum says, or has none. */
export function verifyChecksum(file: string, onProgress: OnProgress): void {
  let line: string
  try {
    line = readFileSync(checksumFile(file), 'utf8')
  } catch (cause) {
    throw new BackupError(
      `${checksumFile(file)} cannot be read: it belongs to the backup. Where you trust the file without it, make it with sha256sum.`,
      { cause },
    )
  }
  if (hashOf(file, onProgress) !== line.split(/\s/)[0]) {
    throw new BackupError(`${file} is damaged: it does not have the checksum in ${checksumFile(file)}.`)
  }
}

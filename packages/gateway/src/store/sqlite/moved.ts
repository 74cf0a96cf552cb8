import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataDirectoryError } from './directory.ts'

/** What the data directory says about the move of its database to another one. */
export interface MoveMark {
  /** Names this database in the one that it is moved to. */
  id: string
  state: 'moving' | 'moved'
  /** Where to: host and database, no user and no password. */
  to: string
}

const FILE = 'moved.json'

/** The mark, or undefined where nobody has begun to move this database. */
export function readMoveMark(dataDir: string): MoveMark | undefined {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as MoveMark
  } catch (cause) {
    throw new DataDirectoryError(`${file} cannot be read. See whether this database was moved, then delete it.`, {
      cause,
    })
  }
}

/** Writes the mark whole or not at all; undefined takes it away. */
export function writeMoveMark(dataDir: string, mark: MoveMark | undefined): void {
  const file = join(dataDir, FILE)
  if (!mark) {
    rmSync(file, { force: true })
    return
  }
  const made = `${file}.new`
  writeFileSync(made, `${JSON.stringify(mark, null, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(made, file)
}

/** Throws {@link DataDirectoryError} where the accounts in this directory may already be running from another database. */
export function refuseMovedStore(dataDir: string): void {
  const mark = readMoveMark(dataDir)
  if (!mark) return
  const file = join(dataDir, FILE)
  const said =
    mark.state === 'moved'
      ? `The database in ${dataDir} was moved to ${mark.to}. Start with DATABASE_URL instead.`
      : `The database in ${dataDir} is being moved to ${mark.to}. Run the move again to finish it.`
  throw new DataDirectoryError(
    `${said} Two gateways with the same accounts break their encryption: delete ${file} only if the copy will never be used.`,
  )
}

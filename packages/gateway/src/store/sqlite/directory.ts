import { chmodSync, closeSync, mkdirSync, openSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Driver, isSqliteError, openDriver } from './driver.ts'

/** Linux `statfs` magic numbers (linux/magic.h and the drivers) of file systems whose locks or mmap other hosts share. */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x786f4256, 'VirtualBox shared folder'],
])

/** The database's file in the data directory; SQLite adds `-wal` and `-shm`. */
export const DATABASE_FILE = 'kurir.db'

/** Why the data directory cannot be used, said to the operator. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

/**
 * Makes the data directory where it is absent and closes it to others (0700). Throws {@link DataDirectoryError} on a
 * network file system: SQLite's WAL needs shared memory and locks that these do not give.
 */
export function prepareDirectory(directory: string, logger: Logger): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new DataDirectoryError(`The data directory ${directory} cannot be made: ${messageOf(cause)}`, { cause })
  }
  const network = networkFileSystem(directory)
  if (network) {
    throw new DataDirectoryError(
      `The data directory ${directory} is on a network file system (${network}), where SQLite loses data. Use a directory on a local disk.`,
    )
  }
  closeToOthers(directory, 0o700, logger)
}

function networkFileSystem(directory: string): string | undefined {
  // The numbers are Linux's; elsewhere `type` means something else.
  if (process.platform !== 'linux') return undefined
  return networkFileSystemName(statfsSync(directory).type)
}

/** The name of a network file system by its `statfs` type, signed or unsigned; undefined for all others. */
export function networkFileSystemName(type: number): string | undefined {
  return NETWORK_FILE_SYSTEMS.get(type >>> 0)
}

/** Creates the file where absent, readable and writable by the owner alone; SQLite gives `-wal` and `-shm` the same mode. */
export function prepareFile(file: string, logger: Logger): void {
  closeSync(openSync(file, 'a', 0o600))
  closeToOthers(file, 0o600, logger)
}

function closeToOthers(path: string, mode: number, logger: Logger): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return
  try {
    chmodSync(path, mode)
  } catch (error) {
    logger.warn({ err: error, path }, 'others on this machine may read the data, and its mode cannot be changed')
  }
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const locks = new Set<Driver>()

/**
 * Takes the directory for this process. The lock is SQLite's own on the file `lock`: the kernel drops it when the
 * process ends, however it ends, and nothing that stays behind blocks the next start. Throws
 * {@link DataDirectoryError} where another process has it.
 */
export function lockDirectory(directory: string, logger: Logger): { release(): void } {
  const file = join(directory, 'lock')
  prepareFile(file, logger)
  let driver: Driver | undefined
  try {
    driver = openDriver(file, { busyMs: 300 })
    // No journal: a killed process would leave its file behind.
    driver.exec('PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE')
    driver.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    driver?.close()
    if (!isSqliteError(cause) || !cause.code.startsWith('SQLITE_BUSY')) throw cause
    throw new DataDirectoryError(
      `The data directory ${directory} is in use by another Kurir process. Stop that one first, or give this one another data directory.`,
      { cause },
    )
  }
  const held = driver
  locks.add(held)
  return {
    release: () => {
      locks.delete(held)
      held.close()
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

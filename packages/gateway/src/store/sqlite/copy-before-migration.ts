import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Migration } from '../migrations/migration.ts'
import { checksumFile } from './backup/file.ts'
import { makeBackup } from './backup/make.ts'

/** The store could not be copied before its schema was to change; it was left as it is. */
export class MigrationCopyError extends Error {
  override readonly name = 'MigrationCopyError'
}

/** Copies that stay; older ones go after the next migration that went through. */
const KEPT = 3

const COPY = /^kurir-before-\d+-from-\d+\.db$/

interface CopyOptions {
  dataDir: string
  /** The schema version that the store has; 0 for a new one, of which there is nothing to copy. */
  from: number
  migrations: readonly Migration[]
  /** Milliseconds. */
  now: number
  logger: Logger
}

/**
 * Makes a backup (without files) beside the database where steps of the schema are missing: `kurir restore` reads it,
 * also that of the release that was used before. Throws {@link MigrationCopyError} where it cannot be made.
 */
export async function copyBeforeMigration({ dataDir, from, migrations, now, logger }: CopyOptions): Promise<void> {
  const to = migrations.at(-1)?.version ?? 0
  if (from === 0 || from >= to) return
  // One name for one upgrade: a start that is tried again and again fills no disk. The store itself still is what
  // the copy of the try before holds, so that one may go first.
  const file = join(dataDir, `kurir-before-${to}-from-${from}.db`)
  logger.info({ copy: file, from, to }, 'the schema is out of date: the store is copied first')
  try {
    for (const path of [file, checksumFile(file), `${file}.part`]) rmSync(path, { force: true })
    const { bytes } = await makeBackup({ dataDir, file, media: false, now })
    logger.info({ copy: file, bytes }, 'the store was copied')
  } catch (cause) {
    throw new MigrationCopyError(
      `The store in ${dataDir} has schema version ${from} and needs ${to}, and no copy of it could be made first as ${file}: ${messageOf(cause)}. Nothing was changed. Make room for a second database there, or start the release that was used before.`,
      { cause },
    )
  }
}

/** Deletes all but the newest copies. */
export function forgetOldCopies(dataDir: string): void {
  for (const file of copiesIn(dataDir).slice(KEPT)) {
    for (const path of [file, checksumFile(file)]) rmSync(path, { force: true })
  }
}

/** Paths of the copies in the data directory, the newest first. */
export function copiesIn(dataDir: string): string[] {
  const files = readdirSync(dataDir)
    .filter((name) => COPY.test(name))
    .map((name) => join(dataDir, name))
  const madeAt = new Map(files.map((file) => [file, statSync(file).mtimeMs]))
  return files.sort((one, other) => (madeAt.get(other) ?? 0) - (madeAt.get(one) ?? 0))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

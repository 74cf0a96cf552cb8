import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { MediaFiles } from '../../media/files.ts'
import { KeeperRefused } from '../../media/keepers.ts'
import type { S3Place } from '../../media/s3-keeper.ts'
import { type Finding, failed, ok } from './check.ts'

const SIZE = 4096

/** The bucket for files, if there is one: whether a file can be written, listed, read and deleted there. */
export async function checkFiles(s3: S3Place | null): Promise<Finding[]> {
  if (!s3) return []
  const folder = await mkdtemp(join(tmpdir(), 'kurir-doctor-'))
  try {
    return [await tryOut(new MediaFiles(folder, s3), s3)]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function tryOut(files: MediaFiles, { bucket, endpoint, region }: S3Place): Promise<Finding> {
  const where = `bucket ${bucket} at ${endpoint ?? `Amazon S3, ${region}`}`
  try {
    const started = performance.now()
    await files.check()
    const content = randomBytes(SIZE)
    const staged = await files.stage(Readable.from([content]), { maxBytes: SIZE })
    const isSame = await files.keep(staged, async () => content.equals(await buffer(files.read(staged.sha256))))
    await files.remove([staged.sha256], async () => new Set())
    if (!isSame) return failed('files', `${where} gave other bytes than it took`, 'Do not use this service.')
    return ok('files', `${where}; written, read and deleted in ${Math.round(performance.now() - started)} ms`)
  } catch (error) {
    if (error instanceof KeeperRefused) return failed('files', error.message, 'docs/files.md has what a bucket needs.')
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
    const why = cause ? `${cause.name}: ${cause.message}` : String(error)
    const advice = 'Look at KURIR_S3_ENDPOINT and the route; the key must list, read, write and delete objects.'
    return failed('files', `${where} cannot be used (${why})`, advice)
  }
}

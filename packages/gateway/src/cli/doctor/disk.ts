import { randomBytes } from 'node:crypto'
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Finding, failed, ok, warning } from './check.ts'

const GB = 1_000_000_000
const LEAST_FREE = { failed: 0.1 * GB, warning: 2 * GB }
/** A disk that takes longer for one durable write holds every message up. Milliseconds. */
const SLOW_MS = 50
const WRITES = 5

/** The data directory: whose it is, how much room there is, and how long a durable write takes. */
export async function checkDisk(dataDir: string): Promise<Finding[]> {
  const folder = resolve(dataDir)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const advice = 'Make the directory, or name another one with KURIR_DATA.'
    return [failed('data directory', `${folder} cannot be made: ${(error as Error).message}`, advice)]
  }
  return [await checkPermissions(folder), await checkSpace(folder), await checkWrite(folder)]
}

async function checkPermissions(folder: string): Promise<Finding> {
  const { mode, uid } = await stat(folder)
  const me = process.getuid?.()
  if (me !== undefined && me !== 0 && uid !== me) {
    const advice = `Run the gateway as the directory's owner, or: chown -R ${me} ${folder}`
    return failed('data directory', `${folder} belongs to user ${uid}, this is user ${me}`, advice)
  }
  const isOpen = (mode & 0o077) !== 0
  if (isOpen) {
    const detail = `${folder} can be read by other users (mode ${(mode & 0o777).toString(8)})`
    return warning('data directory', detail, `It holds the accounts' keys: chmod 700 ${folder}`)
  }
  return ok('data directory', folder)
}

async function checkSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const detail = `${(free / GB).toFixed(1)} GB free`
  const advice = 'Make room, or move KURIR_DATA to a larger disk. A full disk stops sending and receiving.'
  if (free < LEAST_FREE.failed) return failed('disk space', detail, advice)
  return free < LEAST_FREE.warning ? warning('disk space', detail, advice) : ok('disk space', detail)
}

async function checkWrite(folder: string): Promise<Finding> {
  const path = join(folder, `.doctor-${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(path, 'wx', 0o600)
    const times: number[] = []
    for (let write = 0; write < WRITES; write += 1) {
      const started = performance.now()
      await file.write(randomBytes(4096))
      await file.sync()
      times.push(performance.now() - started)
    }
    await file.close()
    const median = times.sort((a, b) => a - b)[Math.floor(WRITES / 2)] ?? 0
    const detail = `a durable write takes ${median.toFixed(1)} ms`
    const advice = 'Every message waits for such a write: put KURIR_DATA on a local SSD, not on a network share.'
    return median > SLOW_MS ? warning('disk writes', detail, advice) : ok('disk writes', detail)
  } catch (error) {
    const advice = `Let this user write there: chown -R ${process.getuid?.() ?? 'you'} ${folder}`
    return failed('disk writes', `${folder} cannot be written: ${(error as Error).message}`, advice)
  } finally {
    await rm(path, { force: true })
  }
}

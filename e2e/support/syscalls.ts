import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const CALLS = 'read,recvfrom,write,writev,sendto,sendmsg,pwrite64,pwritev,pwritev2,fdatasync,fsync'
/** More than a page of SQLite, so that each is shown whole. */
const SHOWN_BYTES = 5_000

/** Why system calls cannot be watched here; undefined where they can. */
export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has strace'
  if (spawnSync('strace', ['-V']).status !== 0) return 'strace is not installed'
  return mayAttach() ? undefined : 'strace may not watch a process that it did not start (ptrace_scope)'
}

function mayAttach(): boolean {
  if (process.getuid?.() === 0) return true
  try {
    return readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8').trim() === '0'
  } catch {
    return true
  }
}

/** Watches a process until told to stop. */
export class Strace {
  readonly #process: ChildProcess
  readonly #file: string

  private constructor(child: ChildProcess, file: string) {
    this.#process = child
    this.#file = file
  }

  /** Resolves when every thread of the process is watched; the calls go into `file`. */
  static async attach(pid: number, file: string): Promise<Strace> {
    const args = ['-f', '-y', '-s', String(SHOWN_BYTES), '-e', `trace=${CALLS}`, '-o', file, '-p', String(pid)]
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (part) => {
        said += part
        if (said.includes('attached')) resolve()
      })
      child.once('exit', () => reject(new Error(`strace ended: ${said}`)))
    })
    return new Strace(child, file)
  }

  /** The calls in the order in which they ended, one a line. */
  async stop(): Promise<string[]> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGINT')
    await ended
    return joined(readFileSync(this.#file, 'utf8').split('\n'))
  }
}

/** Puts calls that others interrupted (`<unfinished ...>`, `<... resumed>`) into one line, where they ended. */
export function joined(lines: string[]): string[] {
  const open = new Map<string, string>()
  return lines.flatMap((line) => {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) {
      open.set(thread, rest.slice(0, -'<unfinished ...>'.length))
      return []
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    return resumed ? [`${open.get(thread) ?? ''}${resumed[1]}`] : [rest]
  })
}

/**
 * What is wrong with the way of one accepted message, which `mark` names: it must be in the write-ahead log, and that
 * synced after it, before a 2xx for it is written to the client. Undefined where nothing is wrong.
 */
export function whyUnsafe(calls: string[], mark: string): string | undefined {
  const answered = calls.findIndex(
    (call) => /^(write|writev|sendto|sendmsg)\(.*HTTP\/1\.1 2\d\d /.test(call) && call.includes(mark),
  )
  if (answered === -1) return `${mark}: no 2xx was written`
  const stored = calls.findIndex((call) => /^pwrite\w*\(\d+<[^>]*-wal>/.test(call) && call.includes(mark))
  if (stored === -1 || stored > answered) return `${mark}: answered before it was written`
  const isSynced = calls
    .slice(stored, answered)
    .some((call) => /^(fdatasync|fsync)\(\d+<[^>]*-wal> ?\) += 0/.test(call))
  return isSynced ? undefined : `${mark}: answered before it was synced`
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { childEnv } from '../../config/config.ts'

const KURIR = fileURLToPath(new URL('../../../bin/kurir.mjs', import.meta.url))

/** The command line in a process of its own. */
export class Kurir {
  readonly process: ChildProcess
  readonly exited: Promise<number>
  stdout = ''
  stderr = ''

  constructor(args: string[], env: Record<string, string> = {}) {
    this.process = spawn(process.execPath, [KURIR, ...args], { env: childEnv(env), stdio: ['pipe', 'pipe', 'pipe'] })
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += chunk
    })
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += chunk
    })
    this.exited = once(this.process, 'close').then(([code, signal]) => code ?? signal)
  }

  /** The first line on standard output, as JSON. */
  async line(): Promise<Record<string, unknown>> {
    while (!this.stdout.includes('\n')) {
      const ended = await Promise.race([this.exited, once(this.process.stdout ?? this.process, 'data')])
      if (typeof ended === 'number') throw new Error(`ended with ${ended}: ${this.stderr}`)
    }
    return JSON.parse(this.stdout.slice(0, this.stdout.indexOf('\n')))
  }
}

/** Runs a command to its end. */
export async function kurir(args: string[], env: Record<string, string> = {}): Promise<Kurir & { status: number }> {
  const running = new Kurir(args, env)
  const status = await running.exited
  return Object.assign(running, { status })
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ChildOptions {
  env: NodeJS.ProcessEnv
  /** Where the child's own log lines go. */
  stderr: 'inherit' | 'ignore'
}

/** A program of ours in this process group. It ends by itself when this process dies, because its stdin closes. */
export class Child {
  readonly pid: number
  /** Resolves with the exit code or the signal's name. */
  readonly exited: Promise<string>
  readonly #process: ChildProcess
  #output = ''

  constructor(file: string, args: string[], options: ChildOptions) {
    this.#process = spawn(process.execPath, [file, ...args], {
      env: options.env,
      stdio: ['pipe', 'pipe', options.stderr],
    })
    this.pid = this.#process.pid ?? 0
    this.exited = once(this.#process, 'exit').then(([code, signal]) => String(signal ?? code))
    this.#process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#output = (this.#output + chunk).slice(-64_000)
    })
  }

  /** The first line on stdout that is a JSON object. Rejects when the child ends before. */
  async firstJsonLine(): Promise<unknown> {
    const ended = this.exited.then((how) => {
      throw new Error(`the program ended before it was ready (${how})`)
    })
    for (;;) {
      const line = this.#output.split('\n').find((text) => text.startsWith('{') && text.trimEnd().endsWith('}'))
      if (line) {
        ended.catch(() => {})
        return JSON.parse(line)
      }
      await Promise.race([once(this.#process.stdout ?? this.#process, 'data'), ended])
    }
  }

  /** Asks the child to end, and insists after `graceMs`. Resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs)
    await this.exited
    clearTimeout(timer)
  }
}

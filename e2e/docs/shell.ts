import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/api.ts'
import { type Block, ROOT } from './blocks.ts'

const TIMEOUT_MS = 30_000

/** How a block of this language is run. The code is on standard input. */
const PROGRAMS: Record<string, [command: string, ...args: string[]]> = {
  sh: ['bash', '-s'],
  js: [process.execPath, '--input-type=module', '-'],
  python: ['python3', '-'],
  php: ['php'],
}

export const isProgram = ({ language }: Block): boolean => language in PROGRAMS

/** Where the blocks of one page are run one after the other: a folder, and variables that outlive a block. */
export class PageShell {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  /** What stands on the page, and what stands for it here: addresses and folders. */
  readonly #words: [word: string, here: string][]
  readonly #state: string
  readonly #running = new Map<Block, { child: ChildProcess; output: () => string }>()

  /** Makes the folder, in which one finds what is in a clone. */
  constructor(folder: string, env: Record<string, string>, words: [word: string, here: string][]) {
    mkdirSync(folder, { recursive: true })
    for (const name of ['node_modules', 'docs', 'deploy', 'packages', 'scripts', 'package.json']) {
      symlinkSync(join(ROOT, name), join(folder, name))
    }
    const curl = join(folder, '.curl')
    mkdirSync(curl)
    writeFileSync(join(curl, '.curlrc'), 'fail-with-body\nshow-error\n')
    this.#folder = folder
    this.#words = words
    this.#state = join(folder, '.state')
    this.#env = {
      ...process.env,
      CURL_HOME: curl,
      ...env,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
    }
  }

  /** Runs a block to its end and answers what it printed; throws where any of its commands fails. */
  async run(block: Block): Promise<string> {
    const { child, output } = this.#start(block)
    const timer = setTimeout(() => end(child), TIMEOUT_MS)
    const [code, signal] = await once(child, 'close')
    clearTimeout(timer)
    if (code !== 0) throw new Error(`${at(block)} ended with ${signal ?? code}:\n${block.code}\n${output()}`)
    return output()
  }

  /** Starts a block that should not end by itself; resolves when it ends all the same. */
  async begin(block: Block): Promise<void> {
    const started = this.#start(block)
    this.#running.set(block, started)
    await once(started.child, 'close')
  }

  /** Sets a variable for the blocks that follow. */
  set(name: string, value: string): void {
    this.#env[name] = value
    if (existsSync(this.#state)) appendFileSync(this.#state, `export ${name}=${quoted(value)}\n`)
  }

  /** Waits until everything that runs has printed what it should. */
  async watch(): Promise<void> {
    for (const [block, { output }] of this.#running) {
      const { prints } = block
      if (prints !== undefined) await eventually(`${at(block)} to print "${prints}"`, () => output().includes(prints))
    }
  }

  /** Ends what runs still; throws where it had ended by itself. */
  async close(): Promise<void> {
    const early = [...this.#running].find(([, { child }]) => child.exitCode !== null)
    await Promise.all(
      [...this.#running.values()].map(async ({ child }) => {
        if (child.exitCode !== null) return
        const exited = once(child, 'exit')
        end(child)
        await exited
      }),
    )
    if (early) throw new Error(`${at(early[0])} ended by itself:\n${early[1].output()}`)
  }

  #start(block: Block): { child: ChildProcess; output: () => string } {
    const [command, ...args] = PROGRAMS[block.language] ?? ['false']
    const child = spawn(command, args, { cwd: this.#folder, env: this.#env, detached: true })
    let printed = ''
    let complained = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      complained += chunk.toString()
    })
    child.stdin.end(this.#script(block))
    return { child, output: () => printed || complained }
  }

  #script({ language, code, isEndless }: Block): string {
    let text = code
    for (const [word, here] of this.#words) text = text.replaceAll(word, here)
    if (language !== 'sh') return text
    const state = quoted(this.#state)
    const save = isEndless ? '' : `{ set +e; export -p > ${state}; exit 0; }`
    // In braces, so that no command of the block reads the rest of the script.
    return `[ -f ${state} ] && . ${state}\nset -aeo pipefail\n{\n${text}\n} < /dev/null\n${save}\n`
  }
}

export const at = ({ page, line }: Block): string => `${page}:${line}`

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

function end(child: ChildProcess): void {
  if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
}

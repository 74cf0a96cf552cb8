import { setTimeout as pause } from 'node:timers/promises'
import type { Child } from '../../packages/gateway/src/sandbox/child.ts'
import { freePort } from '../../packages/gateway/src/sandbox/free-port.ts'
import { eventually } from './api.ts'
import type { Ground } from './ground.ts'

/** Between the end of a process and its next start. Milliseconds. */
const RESTART_MS = 200
const STOP_MS = 15_000

interface Member {
  url: string
  child: Child | undefined
}

/**
 * Two gateways on the ground's store, each on a port of its own and started again whenever it ends, as a service manager
 * does. The ground's own gateway must not be running.
 */
export class Pair {
  readonly #members: Member[]
  readonly #ground: Ground
  #isOver = false
  #refused = 0
  readonly #running: Promise<void>[]

  private constructor(ground: Ground, ports: number[]) {
    this.#ground = ground
    this.#members = ports.map((port) => ({ url: `http://127.0.0.1:${port}`, child: undefined }))
    this.#running = this.#members.map((member, n) => this.#keep(member, ports[n] ?? 0))
  }

  /** Resolves when one of them listens. */
  static async start(ground: Ground): Promise<Pair> {
    const pair = new Pair(ground, [await freePort(), await freePort()])
    await pair.server()
    return pair
  }

  get urls(): string[] {
    return this.#members.map(({ url }) => url)
  }

  /** Starts that ended by themselves, because the other process had the store. */
  get refused(): number {
    return this.#refused
  }

  /** Where the one that has the store listens. */
  async server(): Promise<Member> {
    return eventually('a gateway that listens', async () => {
      const healthy = await Promise.all(this.#members.map(isHealthy))
      return this.#members.find((_member, n) => healthy[n])
    })
  }

  /** Kills the one that has the store; resolves when the other one, or it anew, has it. */
  async kill(): Promise<void> {
    const { child } = await this.server()
    if (child?.pid) process.kill(child.pid, 'SIGKILL')
    await child?.exited
    await this.server()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#members.map(({ child }) => child?.stop(STOP_MS)))
    await Promise.all(this.#running)
  }

  async #keep(member: Member, port: number): Promise<void> {
    while (!this.#isOver) {
      member.child = this.#ground.launch({ KURIR_PORT: String(port) })
      const how = await member.child.exited
      if (how === '1') this.#refused += 1
      await pause(RESTART_MS)
    }
  }
}

async function isHealthy({ url }: Member): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`).catch(() => undefined)
  return answer?.status === 200
}

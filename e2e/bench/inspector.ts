import { eventually, json } from '../support/api.ts'

/** Speaks the Chrome DevTools protocol with another Node.js process. */
export class Inspector {
  readonly #line: WebSocket
  readonly #waiting = new Map<number, (answer: { result: unknown }) => void>()
  #last = 0

  private constructor(line: WebSocket) {
    this.#line = line
    line.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as { id?: number; result: unknown }
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer)
    })
  }

  /** Has the process open its inspector on the port that it was started with (`--inspect-port`). */
  static async of(pid: number, port: number): Promise<Inspector> {
    process.kill(pid, 'SIGUSR1')
    const [target] = await eventually('the inspector', () =>
      json<{ webSocketDebuggerUrl: string }[]>('GET', `http://127.0.0.1:${port}/json`),
    )
    const line = new WebSocket(target?.webSocketDebuggerUrl ?? '')
    await new Promise((resolve, reject) => {
      line.addEventListener('open', resolve)
      line.addEventListener('error', reject)
    })
    return new Inspector(line)
  }

  async call<Result>(method: string, params: object = {}): Promise<Result> {
    this.#last += 1
    const id = this.#last
    const answer = new Promise<{ result: unknown }>((resolve) => this.#waiting.set(id, resolve))
    this.#line.send(JSON.stringify({ id, method, params }))
    const { result } = await answer
    this.#waiting.delete(id)
    return result as Result
  }

  close(): void {
    this.#line.close()
  }
}

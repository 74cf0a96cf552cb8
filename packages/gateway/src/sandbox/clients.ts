/** A JSON call that failed; says which and why. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly status: number

  constructor(method: string, url: string, status: number, body: string) {
    super(`${method} ${url} answered ${status}: ${body.slice(0, 500)}`)
    this.status = status
  }
}

/** A JSON API at a base URL: `call('POST', '/phones', {…})` answers the parsed body. */
export class JsonApi {
  readonly url: string
  readonly #headers: Record<string, string>

  constructor(url: string, headers: Record<string, string> = {}) {
    this.url = url
    this.#headers = headers
  }

  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new CallFailed(method, path, response.status, text)
    return (text ? JSON.parse(text) : undefined) as Answer
  }
}

/** Calls `probe` every `everyMs` until it answers something but undefined; rejects after `timeoutMs`. */
export async function until<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
  { timeoutMs = 30_000, everyMs = 25 } = {},
): Promise<Value> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

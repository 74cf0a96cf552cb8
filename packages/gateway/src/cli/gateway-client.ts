import type { ClientConfig } from '../config/client.ts'
import { CliError, EXIT } from './exit-codes.ts'

/** A running gateway, over HTTP. Failures are {@link CliError}s. */
export class GatewayClient {
  readonly #config: ClientConfig

  constructor(config: ClientConfig) {
    this.#config = config
  }

  /** Calls the gateway and answers the parsed body; undefined where there is none. */
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#fetch(method, path, 'application/json', body)
    const text = await response.text()
    return (text ? JSON.parse(text) : undefined) as Answer
  }

  /** Every entry of a list, page by page. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = []
    let cursor = ''
    for (;;) {
      const query = new URLSearchParams({ limit: '200', ...(cursor ? { cursor } : {}) })
      const page = await this.call<{ data: Item[]; next_cursor: string | null }>('GET', `${path}?${query}`)
      items.push(...page.data)
      if (!page.next_cursor) return items
      cursor = page.next_cursor
    }
  }

  /** Server-sent events of a path, until the stream ends. */
  async *events(path: string): AsyncGenerator<{ event: string; data: unknown }> {
    const response = await this.#fetch('GET', path, 'text/event-stream')
    let rest = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1]
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (event && data) yield { event, data: JSON.parse(data) }
      }
    }
  }

  async #fetch(method: string, path: string, accept: string, body?: unknown): Promise<Response> {
    const { url, key } = this.#config
    if (!key) throw new CliError('A key is needed: give --key or set KURIR_KEY', EXIT.usage)
    const headers: Record<string, string> = { accept, authorization: `Bearer ${key}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await fetch(url + path, init).catch((error: Error) => {
      const reason = error.cause instanceof Error ? error.cause.message : error.message
      throw new CliError(`The gateway at ${url} cannot be reached: ${reason}`, EXIT.unreachable)
    })
    if (!response.ok) throw await refusal(response)
    return response
  }
}

async function refusal(response: Response): Promise<CliError> {
  const text = await response.text()
  const exitCode = response.status < 500 ? EXIT.refused : EXIT.failed
  try {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string }
    return new CliError(`${detail} (${code})`, exitCode)
  } catch {
    return new CliError(`The gateway answered ${response.status}`, exitCode)
  }
}

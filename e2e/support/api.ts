/** A JSON call; throws with the answer's text unless it is a 2xx. */
export async function json<Answer>(
  method: string,
  url: string,
  options: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`)
  return (text ? JSON.parse(text) : undefined) as Answer
}

/** Polls until `probe` answers something truthy; throws what `probe` last threw, or a time-out, after `timeoutMs`. */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value> | Value,
  { timeoutMs = 20_000, everyMs = 20 } = {},
): Promise<Exclude<Value, false | null | undefined>> {
  const deadline = Date.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value) return value as Exclude<Value, false | null | undefined>
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) throw last ?? new Error(`gave up waiting for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** The rows of `GET /phones/{phone}/messages` that the tests look at. */
export interface ShownMessage {
  seq: number
  id: string
  from: string
  chat: string
  type: string
  text?: string
  caption?: string
  copies: number
  undecryptable: number
}

/** Everything that a virtual phone shows. */
export async function shownMessages(lab: string, phone: string): Promise<ShownMessage[]> {
  return (await json<{ messages: ShownMessage[] }>('GET', `${lab}/phones/${phone}/messages`)).messages
}

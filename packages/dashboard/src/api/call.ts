/** The gateway refused, or failed; `message` says it in one line. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** 0 where no answer came. */
  readonly status: number
  /** A stable word. */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** The address of something of the gateway, wherever it is served from. */
export function addressOf(path: string): string {
  return new URL(path.replace(/^\//, ''), document.baseURI.split('#', 1)[0]).href
}

/** Calls the API with the browser's login. Rejects with {@link ApiError}. */
export async function call<Result>(method: Method, path: string, body?: unknown): Promise<Result> {
  const isForm = body instanceof FormData
  const headers: Record<string, string> = { 'x-kurir-dashboard': '1' }
  if (body !== undefined && !isForm) headers['content-type'] = 'application/json'
  const content = body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }
  const response = await fetch(addressOf(path), { method, headers, ...content }).catch(() => {
    throw new ApiError(0, 'unreachable', 'The gateway does not answer')
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const answer: unknown = isJson && text ? JSON.parse(text) : undefined
  if (response.ok) return answer as Result
  const { code = 'unknown', detail } = (answer ?? {}) as { code?: string; detail?: string }
  throw new ApiError(response.status, code, detail ?? `The gateway answered ${response.status}`)
}

/** Puts values into a path, encoded: `` path`/v1/sessions/${id}` ``. */
export function path(texts: TemplateStringsArray, ...values: string[]): string {
  return texts.map((text, index) => text + encodeURIComponent(values[index] ?? '')).join('')
}

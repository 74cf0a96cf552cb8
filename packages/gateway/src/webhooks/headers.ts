import type { FieldError } from '../core/errors.ts'

const LIMITS = { count: 20, name: 128, value: 4096 }
/** A token (RFC 9110, 5.6.2). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** A field value (RFC 9110, 5.5): no CR, LF, NUL or other control character. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** What the connection, the body or the signature says; `expect` would hold the body back. */
const RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'proxy-connection',
  'keep-alive',
  'upgrade',
  'http2-settings',
  'te',
  'trailer',
  'trailers',
  'proxy-authenticate',
  'proxy-authorization',
  'expect',
])

/** What is wrong with the headers that a client wants with every delivery; empty where nothing is. */
export function headerFaults(headers: Record<string, string>): FieldError[] {
  const names = Object.keys(headers)
  const faults: FieldError[] = []
  if (names.length > LIMITS.count) faults.push({ field: '/headers', message: `are at most ${LIMITS.count}` })
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    faults.push({ field: '/headers', message: 'name a header twice' })
  }
  for (const name of names) {
    const message = faultOf(name, headers[name])
    if (message) faults.push({ field: `/headers/${name}`, message })
  }
  return faults
}

function faultOf(name: string, value: unknown): string | undefined {
  const lower = name.toLowerCase()
  if (!NAME.test(name) || name.length > LIMITS.name) return 'is no header name'
  if (RESERVED.has(lower) || lower.startsWith('webhook-')) return 'is set by the gateway'
  if (typeof value !== 'string' || !VALUE.test(value) || value.length > LIMITS.value) return 'is no header value'
  return undefined
}

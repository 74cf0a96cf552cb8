import type { IncomingMessage } from 'node:http'
import { KurirError } from '../core/errors.ts'
import { Fields, isPlainObject } from './fields.ts'

/** The largest body that is no file. Bytes. */
export const BODY_LIMIT_BYTES = 1024 * 1024

/** A header's value as the documents' samples write it: white space around it and a `;` at its end do not count. */
export function headerText(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text?.replace(/[\s;]+$/, '').trim() || undefined
}

/** Reads all of a request's body, whatever its method. Throws `payload_too_large`, `invalid_request` where it is cut. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > BODY_LIMIT_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > BODY_LIMIT_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof KurirError) throw error
    throw new KurirError('invalid_request', 'The body did not come whole', { cause: error })
  }
  return Buffer.concat(chunks)
}

function tooLarge(): KurirError {
  return new KurirError('payload_too_large', 'The body is larger than 1 MB')
}

/**
 * The fields of a body that is no multipart. The content decides, since clients' content types are often wrong: what
 * begins like JSON is read as JSON, anything else as a form. Nothing, `[]` and `null` are a body without fields.
 * Throws `invalid_request` for JSON that is broken or no object, `unsupported_media_type` for the rest.
 */
export function parseBody(body: Buffer, contentType: string | undefined): Fields {
  const text = body
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim()
  if (text === '') return new Fields()
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  const isForm = type === 'application/x-www-form-urlencoded'
  const saysJson = type === 'application/json' || type?.endsWith('+json') === true
  if (saysJson || /^[[{]/.test(text) || text === 'null') {
    const value = parseJson(text)
    if (value !== undefined) return fieldsOfJson(value)
    if (!isForm) throw new KurirError('invalid_request', 'The body is not valid JSON')
  }
  if (isForm || ((type === undefined || type === 'text/plain') && /^[^=\s]+=/.test(text))) return parseForm(text)
  throw new KurirError('unsupported_media_type', 'Send the body as JSON or as a form')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldsOfJson(value: unknown): Fields {
  if (value === null || (Array.isArray(value) && value.length === 0)) return new Fields()
  if (isPlainObject(value)) return new Fields(value)
  throw new KurirError('invalid_request', 'The body must be a JSON object')
}

/** Fields of `application/x-www-form-urlencoded` text or of a query. */
export function parseForm(text: string): Fields {
  return collectFields(new URLSearchParams(text))
}

/**
 * Fields of pairs. A name that comes again, or that ends in `[]`, makes a list; `a[b]` and `a[0]` put a member into
 * `a`, as PHP's and jQuery's forms do.
 */
export function collectFields(pairs: Iterable<[string, unknown]>): Fields {
  const root = emptyGroup()
  for (const [name, value] of pairs) {
    const path = pathOf(name)
    let group = root
    for (const part of path.slice(0, -1)) {
      const next = group[part]
      const child = isPlainObject(next) ? next : emptyGroup()
      group[part] = child
      group = child
    }
    put(group, path.at(-1) ?? name, value, name.endsWith('[]'))
  }
  return new Fields(listsOf(root) as Record<string, unknown>)
}

function emptyGroup(): Record<string, unknown> {
  // Without a prototype there is none that a name could reach.
  return Object.create(null)
}

/** `a[b][c]` as its three names; `a[]` as `a`. More than five levels are no field of any document. */
function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\]){1,4})$/.exec(name)
  if (!match?.[1] || !match[2]) return [name]
  const inner = match[2].slice(1, -1).split('][')
  return [match[1], ...(inner.at(-1) === '' ? inner.slice(0, -1) : inner)]
}

function put(group: Record<string, unknown>, name: string, value: unknown, isList: boolean): void {
  const known = group[name]
  if (known === undefined) group[name] = isList ? [value] : value
  else group[name] = Array.isArray(known) ? [...known, value] : [known, value]
}

/** Groups whose names are 0, 1, 2, … as lists. */
function listsOf(value: unknown): unknown {
  if (!isPlainObject(value)) return value
  const names = Object.keys(value)
  const members = Object.fromEntries(names.map((name) => [name, listsOf(value[name])]))
  const isList = names.length > 0 && names.every((name, index) => name === String(index))
  return isList ? Object.values(members) : members
}

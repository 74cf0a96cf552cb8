import { Readable } from 'node:stream'
import { KurirError } from '../core/errors.ts'
import { tooLarge } from './files.ts'

/** Letters decoded at a time; a multiple of four. */
const STEP = 64 * 1024
const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),/i

export interface DecodedText {
  /** The bytes, decoded as they are read. */
  content: Readable
  /** As a `data:` URL says. */
  mimetype?: string
}

/**
 * Reads base64 (RFC 4648, both alphabets, line breaks allowed, padding optional) or a base64 `data:` URL (RFC 2397).
 * Throws `invalid_request`, and `payload_too_large` before anything is decoded.
 */
export function decodeBase64(text: string, maxBytes: number): DecodedText {
  const [prefix = '', type, parameters = ''] = DATA_URL.exec(text.slice(0, 1024)) ?? []
  if (prefix && !/;\s*base64\s*$/i.test(parameters)) throw invalid('A data: URL must be base64')
  const letters = /\s/.test(text) ? text.slice(prefix.length).replace(/\s+/g, '') : text.slice(prefix.length)
  const length = letters.length - (letters.endsWith('==') ? 2 : letters.endsWith('=') ? 1 : 0)
  if (Math.floor((length * 3) / 4) > maxBytes) throw tooLarge(maxBytes)
  if (length % 4 === 1 || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(letters)) throw invalid('The text is not base64')
  return { content: Readable.from(decode(letters)), ...(type ? { mimetype: type } : {}) }
}

function* decode(letters: string): Generator<Buffer> {
  for (let from = 0; from < letters.length; from += STEP) {
    yield Buffer.from(letters.slice(from, from + STEP), 'base64')
  }
}

function invalid(detail: string): KurirError {
  return new KurirError('invalid_request', detail)
}

import { KurirError } from '../../../core/errors.ts'

/**
 * What every answer with a file carries: whatever it is made to look like, a browser saves it and runs nothing of it
 * (reliability 4.2).
 */
export const FILE_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-cache',
  'accept-ranges': 'bytes',
}

/**
 * A Content-Disposition header that makes browsers save the file; with a plain name for old clients and the exact one
 * encoded (RFC 6266, appendix D).
 */
export function attachment(name: string | null): string {
  if (name === null) return 'attachment'
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (letter) => {
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
  })
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

export interface ByteRange {
  start: number
  end: number
}

/**
 * The bytes that a Range header asks for (RFC 9110, 14.2), both included; undefined for the whole file: no header, one
 * of several ranges, or one that is not understood. Throws `range_not_satisfiable`.
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start >= size || end < start) throw new KurirError('range_not_satisfiable')
  return { start, end }
}

/** Whether a condition of entity tags (If-None-Match, If-Range) names this one. */
export function namesTag(header: string | undefined, tag: string): boolean {
  return header?.split(',').some((one) => one.trim() === tag || one.trim() === '*') ?? false
}

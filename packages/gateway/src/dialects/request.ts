import type { FastifyRequest } from 'fastify'
import type { Caller } from '../access/verbs.ts'
import { absoluteUrl, type HttpConfig } from '../http/context.ts'
import { headerText, parseForm } from './bodies.ts'
import type { DialectCall, DialectRequest, UploadedFile } from './dialect.ts'
import { Fields } from './fields.ts'

const NO_FIELDS = new Fields()

/** The path without the base path, the query and a slash at its end. */
export function pathOf(url: string, basePath: string): string {
  const [path = ''] = url.split('?', 1)
  const own = path.startsWith(basePath) ? path.slice(basePath.length) : path
  return own.length > 1 ? own.replace(/\/+$/, '') : own
}

/** A request as dialects read it; `body` has no fields while the body has not been read. */
export function dialectRequest(request: FastifyRequest, basePath: string, body: Fields = NO_FIELDS): DialectRequest {
  const mark = request.url.indexOf('?')
  return {
    method: request.method,
    path: pathOf(request.url, basePath),
    query: mark < 0 ? NO_FIELDS : parseForm(request.url.slice(mark + 1)),
    body,
    header: (name) => headerText(request.headers[name.toLowerCase()]),
  }
}

/** A request with its caller, its files and what makes its sends happen once. */
export function dialectCall(
  request: FastifyRequest,
  read: DialectRequest,
  files: readonly UploadedFile[],
  config: HttpConfig,
): DialectCall {
  return {
    ...read,
    get caller(): Caller {
      if (!request.caller) throw new Error('a route without authentication asked for its caller')
      return request.caller
    },
    params: new Fields(request.params as Record<string, unknown>),
    fields: read.body.over(read.query),
    files,
    claim: (part) => {
      if (!request.claim) return null
      return part === undefined ? request.claim : { ...request.claim, key: `${request.claim.key}#${part}` }
    },
    absoluteUrl: (path) => absoluteUrl(request, config, path),
  }
}

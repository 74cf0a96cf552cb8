import type { Logger } from 'pino'
import type { Caller, DialectCredential, DialectKeys } from '../access/verbs.ts'
import type { Config } from '../config/config.ts'
import type { KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'
import type { MediaRef } from '../core/media.ts'
import type { Gateway } from '../gateway.ts'
import type { IdempotencyClaim } from '../messages/ports.ts'
import type { BodyRenderer } from '../webhooks/ports.ts'
import type { DialectApi } from './api.ts'
import type { Fields } from './fields.ts'

/**
 * A foreign HTTP API that Kurir speaks. A dialect translates and does nothing else: it reads requests, calls the same
 * verbs that the native API calls, and writes answers and errors. It holds no state.
 */
export interface Dialect {
  /** As keys name it and as its folder is called. */
  readonly name: string
  /** Paths that are this dialect's, with all below: an unknown path there is answered in its shape. */
  readonly paths: readonly string[]
  readonly keys: DialectKeys
  readonly routes: readonly DialectRoute[]
  /** What OpenAPI says of the routes. */
  readonly api?: DialectApi
  /**
   * The credential that a request presents; undefined where there is none. Asked with the body too where the headers
   * and the query hold none.
   */
  credential(request: DialectRequest): DialectCredential | undefined
  /** An error as the dialect's document shows it. Headers such as `Retry-After` are set already. */
  error(error: KurirError, at: ErrorPlace): DialectAnswer
  /** Bodies of webhooks in the dialect's shape, where it has one. */
  readonly webhookBody?: BodyRenderer
}

export interface DialectRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As Fastify writes it (`/find/:id`), without a slash at the end; one at the end of a request does not matter. */
  readonly path: string
  /** What the audit log calls it; absent where it keeps nothing of it. */
  readonly audit?: string
  /** True where the handler itself checks who calls. */
  readonly isPublic?: true
  /** The largest file of a multipart body. Bytes; default: a route takes no files. */
  readonly maxFileBytes?: number
  handle(call: DialectCall, context: DialectContext): Promise<DialectAnswer>
  /** Writes this route's errors, where they differ from the dialect's others. */
  error?(error: KurirError): DialectAnswer
}

/** Where an error happened. */
export interface ErrorPlace {
  method: string
  /** Without query, without the base path. */
  path: string
}

/** What is known of a request before anybody has looked who calls. */
export interface DialectRequest extends ErrorPlace {
  readonly query: Fields
  /** No fields while only the headers have been read. */
  readonly body: Fields
  /** Without white space around it and `;` at its end; undefined where it is empty. */
  header(name: string): string | undefined
}

/** A request whose caller is known. */
export interface DialectCall extends DialectRequest {
  /** Throws on a public route. */
  readonly caller: Caller
  readonly params: Fields
  /** Fields of the body over those of the query. */
  readonly fields: Fields
  /** Files of a multipart body; they are stored already, and forgotten where the answer is a refusal (4xx). */
  readonly files: readonly UploadedFile[]
  /**
   * What makes a send happen once where the request has an Idempotency-Key; null where it has none. A request that
   * sends several messages names each of them.
   */
  claim(part?: string): IdempotencyClaim | null
  /** The address of a path of ours as clients reach it. */
  absoluteUrl(path: string): string
}

export interface UploadedFile {
  tenant: TenantId
  /** Name of its form field. */
  field: string
  /** As the client calls it; never a path. */
  fileName: string | null
  /** What the client says that it is. */
  claimedType: string
  media: MediaRef
}

/** What a dialect works with. */
export interface DialectContext {
  readonly gateway: Gateway
  readonly config: Pick<Config, 'sendTimeoutMs'>
  readonly logger: Logger
}

export interface DialectAnswer {
  status: number
  /** Sent as JSON unless it is a text or bytes. */
  body: unknown
  /** Default `application/json; charset=utf-8`; needed for texts and bytes. */
  contentType?: string
  headers?: Record<string, string>
}

/** A JSON answer. */
export function json(status: number, body: unknown): DialectAnswer {
  return { status, body }
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Scope } from '../access/ports.ts'
import type { Caller } from '../access/verbs.ts'
import type { Config } from '../config/config.ts'
import { KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'
import type { Gateway } from '../gateway.ts'
import type { IdempotencyClaim } from '../messages/ports.ts'

/** The Fastify instance with types that follow from the schemas. */
export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** The settings that HTTP needs. */
export type HttpConfig = Pick<
  Config,
  'publicUrl' | 'basePath' | 'trustProxy' | 'corsOrigins' | 'rateLimit' | 'sendTimeoutMs'
>

/** What routes are made of. */
export interface RouteContext {
  gateway: Gateway
  config: HttpConfig
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call: anybody, or keys with one of these scopes (`admin` is always enough). Every route says so. */
    access?: 'public' | readonly Scope[]
    /** The dialect whose route it is; absent on those of the native API. */
    api?: string
    /** False: an answer is not kept for its Idempotency-Key, so a repetition does the work again. */
    keepsAnswer?: boolean
    /** The body is a file, or may be a form with one: it may take long to come in. */
    isUpload?: boolean | 'form'
    /** Fields of the answer that are shown once and left out of what is kept. */
    shownOnce?: readonly string[]
  }
  interface FastifyRequest {
    /** Set on every route that is not public. */
    caller: Caller | null
    /** The request's Idempotency-Key, where the answer is not known yet. */
    claim: IdempotencyClaim | null
  }
}

/** The caller of a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('a route without authentication asked for its caller')
  return request.caller
}

/** Whether the caller has one of the scopes; `admin` implies all. */
export function hasScope(caller: Caller, scopes: readonly Scope[]): boolean {
  return caller.scopes.includes('admin') || scopes.some((scope) => caller.scopes.includes(scope))
}

/** The tenant to read: the caller's own, or the one that an admin asks for. Others' tenants do not exist for him. */
export function tenantToRead(request: FastifyRequest, asked: string | undefined): TenantId {
  const caller = callerOf(request)
  if (asked === undefined || asked === caller.tenant) return caller.tenant
  if (!hasScope(caller, ['admin'])) throw new KurirError('not_found', 'No such tenant')
  return asked as TenantId
}

/** The address of a path of ours as clients reach it. */
export function absoluteUrl(request: FastifyRequest, config: HttpConfig, path: string): string {
  return baseUrl(request, config) + path
}

/** The gateway's address as the client of this request reaches it, without a slash at the end. */
export function baseUrl(request: FastifyRequest, config: Pick<HttpConfig, 'publicUrl' | 'basePath'>): string {
  return config.publicUrl ?? `${request.protocol}://${request.host}${config.basePath}`
}

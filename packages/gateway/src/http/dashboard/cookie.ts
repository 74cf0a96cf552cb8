import type { FastifyReply, FastifyRequest } from 'fastify'
import { KurirError } from '../../core/errors.ts'
import type { HttpConfig } from '../context.ts'

/** What the dashboard sends with every call that changes something; a form of another page cannot. */
const DASHBOARD_HEADER = 'x-kurir-dashboard'
/** How long a login lasts. */
export const LOGIN_MS = 12 * 3_600_000

const NAME = 'kurir_login'
const TOKEN = /^[A-Za-z0-9_-]{43}$/
const READS = ['GET', 'HEAD']

type CookieConfig = Pick<HttpConfig, 'basePath' | 'publicUrl'>

/** The login's token that the browser sent, undefined where it sent none. */
export function loginToken({ headers }: FastifyRequest): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === NAME && value && TOKEN.test(value)) return value
  }
  return undefined
}

/** Hands the browser a token, out of the reach of scripts and of other sites' requests. */
export function setLogin(request: FastifyRequest, reply: FastifyReply, config: CookieConfig, token: string): void {
  reply.header('set-cookie', `${NAME}=${token}; Max-Age=${LOGIN_MS / 1000}; ${attributes(request, config)}`)
}

/** Has the browser forget its token. */
export function clearLogin(request: FastifyRequest, reply: FastifyReply, config: CookieConfig): void {
  reply.header('set-cookie', `${NAME}=; Max-Age=0; ${attributes(request, config)}`)
}

function attributes(request: FastifyRequest, { basePath, publicUrl }: CookieConfig): string {
  const isSecure = request.protocol === 'https' || publicUrl?.startsWith('https:')
  return `Path=${basePath || '/'}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

/**
 * A browser sends the cookie by itself, whoever made it call: so only pages of the gateway's own address count, and
 * what changes something must say that it comes from the dashboard. Throws `forbidden`.
 */
export function requireOwnPage(request: FastifyRequest, config: Pick<CookieConfig, 'publicUrl'>): void {
  const { origin, 'sec-fetch-site': site, [DASHBOARD_HEADER]: mark } = request.headers
  const isForeign = origin !== undefined && !ownOrigins(request, config).includes(origin)
  // `none` is what somebody typed: it may show something, but change nothing.
  const isElsewhere = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (isForeign || isElsewhere) throw new KurirError('forbidden', 'A login counts for the dashboard’s own pages alone')
  if (!READS.includes(request.method) && mark === undefined) {
    throw new KurirError('forbidden', `A call with the dashboard’s cookie needs the header ${DASHBOARD_HEADER}`)
  }
}

function ownOrigins(request: FastifyRequest, { publicUrl }: Pick<CookieConfig, 'publicUrl'>): string[] {
  const asked = `${request.protocol}://${request.host}`
  return publicUrl === null ? [asked] : [asked, new URL(publicUrl).origin]
}

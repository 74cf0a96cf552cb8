import { TLSSocket } from 'node:tls'
import { type Client, DatabaseError } from 'pg'
import { OutageError } from './outage.ts'

/** How what goes to and fro is protected. */
export interface Protection {
  /** `TLSv1.3`, … */
  protocol: string
  /** Whether the server had to show a certificate for its name, by an authority that is known. */
  isChecked: boolean
}

/** The server is there, and the line to it is not to be used as it is; it will be the same the next time. */
export class LineRefusedError extends OutageError {
  override readonly name = 'LineRefusedError'
  readonly detail: string
  /** What the operator is to do. */
  readonly advice: string

  constructor(code: string, { detail, advice, cause }: { detail: string; advice: string; cause: unknown }) {
    super(code, cause, `${detail}. ${advice}`)
    this.detail = detail
    this.advice = advice
  }
}

const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID'
const WRONG_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])
/** OpenSSL's words for a certificate that no known authority vouches for. */
const WRONG_AUTHORITY =
  /^(?:UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|CERT_(?:SIGNATURE|UNTRUSTED|REJECTED|CHAIN)|INVALID_(?:CA|PURPOSE))/
/** SQLSTATE of what `pg_hba.conf` refuses. */
const NOT_LET_IN = '28000'
/** As `pg` says it; it has no code for it. */
const NO_TLS = 'The server does not support SSL connections'

const OTHER_MODES = /([?&]sslmode=)(?:allow|prefer|require|verify-ca)(?=&|$)/
const SYSTEM_AUTHORITIES = /([?&])sslrootcert=system(?=&|$)/

/**
 * The address as it is given to `pg`. What libpq takes for half a check is a whole one, which `pg` does today as well
 * and says that it will not for ever; and `system` names the authorities that are known anyway.
 */
export function strictAddress(url: string): string {
  if (/[?&]uselibpqcompat=true(?=&|$)/.test(url)) return url
  return url.replace(OTHER_MODES, '$1verify-full').replace(SYSTEM_AUTHORITIES, '$1')
}

/** How a connected client's line is protected; undefined where it is not. */
export function protectionOf(client: Client): Protection | undefined {
  const { stream } = client.connection
  if (!(stream instanceof TLSSocket)) return undefined
  const options: unknown = client.ssl
  const isLax =
    typeof options === 'object' &&
    options !== null &&
    (('rejectUnauthorized' in options && options.rejectUnauthorized === false) || 'checkServerIdentity' in options)
  return { protocol: stream.getProtocol() ?? 'TLS', isChecked: !isLax }
}

/** What is wrong with the line, where it is that which keeps the client from connecting. */
export function refusalOf(cause: unknown, { host, port, ssl }: Client): LineRefusedError | undefined {
  if (!(cause instanceof Error)) return undefined
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const server = `PostgreSQL at ${host}:${port}`
  const refused = (detail: string, advice: string) => new LineRefusedError(code || 'NO_TLS', { detail, advice, cause })
  if (code === WRONG_NAME) {
    const reason = 'reason' in cause ? String(cause.reason).replace(/\.$/, '') : cause.message
    return refused(
      `The certificate of ${server} is for another name (${reason})`,
      'Name the server in DATABASE_URL as its certificate does.',
    )
  }
  if (WRONG_TIME.has(code)) {
    return refused(
      `The certificate of ${server} is not valid now (${code})`,
      'Renew it on the server, and look at the clocks of both.',
    )
  }
  if (WRONG_AUTHORITY.test(code)) {
    return refused(
      `The certificate of ${server} is of no authority that is known here (${code})`,
      'Name the file of its authority in DATABASE_URL: sslmode=verify-full&sslrootcert=/path/ca.pem',
    )
  }
  if (cause.message === NO_TLS) {
    return refused(
      `${server} speaks no TLS, and DATABASE_URL asks for it`,
      'Turn "ssl" on in its postgresql.conf; or leave sslmode out, where nobody can listen.',
    )
  }
  if (cause instanceof DatabaseError && code === NOT_LET_IN && !ssl) {
    return refused(
      `${server} refuses a line without encryption (${cause.message})`,
      'Add sslmode=verify-full to DATABASE_URL, with sslrootcert=/path/ca.pem where the authority is your own.',
    )
  }
  return undefined
}

/** A file that the address names cannot be read. */
export function unreadableFile(cause: unknown): LineRefusedError | undefined {
  if (!(cause instanceof Error && 'path' in cause && 'code' in cause)) return undefined
  return new LineRefusedError(String(cause.code), {
    detail: `${String(cause.path)}, which DATABASE_URL names, cannot be read (${String(cause.code)})`,
    advice: 'Correct sslrootcert, sslcert or sslkey there, or let the gateway read the file.',
    cause,
  })
}

/** Why a request did not succeed. None of the texts names an address. */
export const FETCH_FAILURES = {
  invalid_url: 'The URL cannot be read',
  scheme_not_allowed: 'Only http and https are allowed',
  proxy_scheme_not_allowed: 'Only http, https and socks5 are allowed for a proxy',
  credentials_not_allowed: 'The URL may not carry a user name or password',
  port_not_allowed: 'The port is not allowed',
  host_not_allowed: 'The host is a name of an inside network',
  address_not_allowed: 'The host is not on the public internet',
  dns_failed: 'The host name could not be resolved',
  connection_failed: 'The connection failed',
  tls_failed: 'The certificate or the TLS handshake was refused',
  timeout: 'No complete answer came in time',
  too_many_redirects: 'Too many redirects',
  too_large: 'The answer is too large',
  invalid_response: 'The answer is not valid HTTP',
  aborted: 'The request was given up',
} as const

export type FetchFailure = keyof typeof FETCH_FAILURES

/**
 * A request that the guard refused or that brought no complete answer. The message is generic and there is no
 * `cause`: what the network says may name addresses of the inside.
 */
export class SafeFetchError extends Error {
  override readonly name = 'SafeFetchError'
  readonly reason: FetchFailure

  constructor(reason: FetchFailure) {
    super(FETCH_FAILURES[reason])
    this.reason = reason
  }
}

/** Translates what undici, node:net, node:tls and node:zlib throw. */
export function asSafeFetchError(error: unknown): SafeFetchError {
  if (error instanceof SafeFetchError) return error
  return new SafeFetchError(failureOf(codeOf(error)))
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO$)/
const TIMEOUT_CODE = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT|ABORT_ERR)$/
const RESPONSE_CODE = /^(HTTPParserError$|HPE_|Z_|ERR__?BROTLI|ERR_ZSTD|UND_ERR_(HEADERS_OVERFLOW|RES_))/
const DNS_CODE = /^(ENOTFOUND|EAI_|EAGAIN$|ENODATA$|ESERVFAIL$)/

function failureOf(code: string): FetchFailure {
  if (TIMEOUT_CODE.test(code)) return 'timeout'
  if (DNS_CODE.test(code)) return 'dns_failed'
  if (TLS_CODE.test(code)) return 'tls_failed'
  if (RESPONSE_CODE.test(code)) return 'invalid_response'
  return 'connection_failed'
}

import type { Endpoint } from './ports.ts'

const MASK = '********'
/** Keys and secrets of the gateway's own making, and what a header would hold. */
const KNOWN_SECRETS = /\b(whsec_|kur_|Bearer |Basic )[A-Za-z0-9._~+/=-]{8,}/g
/** A shorter one stands in too many words by chance. */
const LEAST_SECRET = 6

/**
 * The beginning of a body as text that may be stored and shown: at most `most` bytes, without the endpoint's secrets
 * and header values, keys, and characters that a database refuses. Null for an empty body.
 */
export function excerptOf(
  body: Buffer,
  endpoint: Pick<Endpoint, 'secret' | 'previousSecret' | 'headers'>,
  most: number,
) {
  if (body.length === 0) return null
  // A character that was cut in two is left out.
  const text = new TextDecoder().decode(body.subarray(0, most), { stream: true }).replaceAll('\u0000', '')
  const secrets = [endpoint.secret, endpoint.previousSecret?.secret ?? '', ...Object.values(endpoint.headers)]
  return secrets
    .filter((secret) => secret.length >= LEAST_SECRET)
    .reduce((shown, secret) => shown.replaceAll(secret, MASK), text)
    .replace(KNOWN_SECRETS, `$1${MASK}`)
}

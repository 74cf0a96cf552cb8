import { createHmac, createSecretKey, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
const SECRET_BYTES = { fewest: 24, most: 64, made: 32 }

/** A new secret: `whsec_` and 32 random bytes in base64. */
export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES.made).toString('base64')
}

/** Whether the text is `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks 1.0.0 demands. */
export function isSecret(text: string): boolean {
  const encoded = text.slice(PREFIX.length)
  const key = Buffer.from(encoded, 'base64')
  return (
    text.startsWith(PREFIX) &&
    key.toString('base64') === encoded &&
    key.length >= SECRET_BYTES.fewest &&
    key.length <= SECRET_BYTES.most
  )
}

export interface Signed {
  /** The event's id: the same over all attempts. */
  id: string
  /** Time of this attempt, in milliseconds since the epoch. */
  at: number
  body: Buffer
  /** Each makes a signature; with none the delivery is not signed. */
  secrets: readonly string[]
}

/**
 * The three headers of Standard Webhooks 1.0.0, symmetric scheme: HMAC-SHA256 of `id.timestamp.body`. Several
 * signatures are separated by spaces; a receiver accepts the delivery when it finds its own.
 */
export function signatureHeaders({ id, at, body, secrets }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (secrets.length === 0) return headers
  const signatures = secrets.map((secret) => {
    // A key object, since Node looks at a plain buffer for several times as long as the HMAC takes.
    const key = createSecretKey(Buffer.from(secret.slice(PREFIX.length), 'base64'))
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
  })
  return { ...headers, 'webhook-signature': signatures.join(' ') }
}

import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import type { KurirEvent } from './event.ts'

export { WebhookVerificationError }

/** Headers as frameworks have them. */
export type IncomingHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const

/**
 * Checks that a delivery comes from the gateway and answers its event. `body` is the body as it came, not parsed:
 * parsing and writing it again changes it. `secrets` is the webhook's `whsec_…`, or several while it is being changed.
 * Throws {@link WebhookVerificationError} where no secret made the signature, or it is older than five minutes.
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: IncomingHeaders,
  secrets: string | readonly string[],
): KurirEvent {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const signed = Object.fromEntries(NAMES.map((name) => [name, headerOf(headers, name)]))
  let refusal: unknown = new WebhookVerificationError('No secret was given')
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    try {
      new Webhook(secret).verify(text, signed, { jsonParse: false })
    } catch (error) {
      refusal = error
      continue
    }
    return JSON.parse(text) as KurirEvent
  }
  throw refusal
}

function headerOf(headers: IncomingHeaders, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? ''
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof value === 'string' ? value : (value?.[0] ?? '')
}

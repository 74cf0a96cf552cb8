import { KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'
import { type Jid, jidPhone } from '../core/jid.ts'
import { isSettled, type MessageRecord, type OutgoingContent } from '../core/message.ts'
import type { SessionRecord } from '../core/session.ts'
import type { Gateway } from '../gateway.ts'
import type { IdempotencyClaim, NotifyTarget } from '../messages/ports.ts'
import type { DialectContext } from './dialect.ts'

export interface DialectSend {
  tenant: TenantId
  session: string
  to: Jid
  content: OutgoingContent
  claim: IdempotencyClaim | null
  /** Who is told what becomes of this message. Its URL must have passed `webhooks.checkUrl`. */
  notify?: NotifyTarget
}

/** The session. Rejects with `session_not_found`, and with `session_not_connected` where it is not connected now. */
export async function connectedSession(gateway: Gateway, tenant: TenantId, id: string): Promise<SessionRecord> {
  const session = await gateway.sessions.get(tenant, id)
  if (session.status !== 'connected') throw new KurirError('session_not_connected')
  return session
}

/**
 * The address that WhatsApp uses for a person's number, whose spelling may differ; groups and LIDs as they are.
 * Rejects with `not_registered` where the number has no WhatsApp.
 */
export async function knownAddress(gateway: Gateway, tenant: TenantId, session: string, to: Jid): Promise<Jid> {
  const phone = jidPhone(to)
  if (phone === undefined) return to
  const [check] = await gateway.sessions.checkNumbers(tenant, session, [phone])
  if (!check?.exists) throw new KurirError('not_registered')
  return check.jid ?? to
}

/**
 * Sends and waits until WhatsApp's server has the message. Rejects with `timeout` where it has not within the send
 * timeout (the message goes out all the same), with `not_registered`, and with `send_failed` where it failed otherwise.
 */
export async function sendAndWait(
  { gateway, config }: Pick<DialectContext, 'gateway' | 'config'>,
  { tenant, session, to, content, claim, notify }: DialectSend,
): Promise<MessageRecord> {
  const options = { waitMs: config.sendTimeoutMs, idempotency: claim }
  const outgoing = { to, content, ...(notify ? { notify } : {}) }
  const { message } = await gateway.messages.send(tenant, session, outgoing, options)
  if (!isSettled(message.status) || message.status === 'unknown') {
    throw new KurirError('timeout', 'WhatsApp has not confirmed the message in time; it stays in the outbox')
  }
  if (message.status !== 'failed' && message.status !== 'expired') return message
  const reason = message.history.at(-1)?.reason ?? message.status
  if (reason === 'not_registered') throw new KurirError('not_registered')
  throw new KurirError('send_failed', `The message was not sent: ${reason}`)
}

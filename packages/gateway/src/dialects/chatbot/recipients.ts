import type { TenantId } from '../../core/ids.ts'
import { type Jid, jidKind, parseJid } from '../../core/jid.ts'
import type { MessageStatus } from '../../core/message.ts'
import type { Gateway } from '../../gateway.ts'
import { badField } from '../fields.ts'
import { readChat } from '../numbers.ts'
import { knownAddress } from '../sending.ts'
import type { Recipient } from './requests.ts'

/** The chat that a request names. Throws `invalid_request` where it names none. */
export async function readJid(gateway: Gateway, tenant: TenantId, { field, text }: Recipient): Promise<Jid> {
  if (field === 'nohp') {
    const chat = await readChat(gateway, tenant, text)
    if (chat) return chat
    throw badField(field, 'must be a phone number')
  }
  const group = parseJid(text.includes('@') ? text : `${text}@g.us`)
  if (group && jidKind(group) === 'group') return group
  throw badField(field, 'must be the id of a group')
}

/** Statuses that only a message of a chat that is there can have. */
const PROOFS: readonly MessageStatus[] = ['sent', 'delivered', 'read', 'played', 'received']

/**
 * The address that WhatsApp has for the chat. Rejects with `not_registered`, and with `group_not_found` for a group that
 * the account is not in; a group in which something was written lately is not asked for.
 */
export async function addressOf(gateway: Gateway, tenant: TenantId, session: string, chat: Jid): Promise<Jid> {
  if (jidKind(chat) !== 'group') return knownAddress(gateway, tenant, session, chat)
  const [last] = await gateway.messages.list(tenant, session, { chat, limit: 1 })
  if (!last || !PROOFS.includes(last.status)) await gateway.groups.get(tenant, session, chat)
  return chat
}

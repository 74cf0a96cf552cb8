import { areJidsSameUser, type BinaryNode, getBinaryNodeChildren } from 'baileys'
import type { WaMessageId } from '../../core/ids.ts'
import { parseJid } from '../../core/jid.ts'
import type { Receipt } from '../port.ts'

type Status = Receipt['status']

const STATUS: Record<string, Status> = {
  '': 'delivered',
  inactive: 'delivered',
  sender: 'sent',
  read: 'read',
  played: 'played',
}

/**
 * The receipt of messages that this account sent, undefined for any other. Read from the stanza itself: Baileys merges
 * receipts that come together, so that `delivered` may be missing or come after `read` (trap T4).
 */
export function receiptOf(
  { attrs, content }: BinaryNode,
  me: { id: string; lid?: string | undefined },
  now: number,
): Receipt | undefined {
  const status = STATUS[attrs.type ?? '']
  const chat = parseJid(attrs.recipient ?? attrs.from ?? '')
  if (!status || !chat || !attrs.id) return undefined
  // Our own phone has the copy of what we sent; that tells nothing of the recipient.
  const author = attrs.participant ?? attrs.from
  const own = areJidsSameUser(author, me.id) || (me.lid !== undefined && areJidsSameUser(author, me.lid))
  if (own !== (status === 'sent')) return undefined
  const listed = Array.isArray(content) ? content.flatMap((child) => getBinaryNodeChildren(child, 'item')) : []
  const ids = [attrs.id, ...listed.map((item) => item.attrs.id ?? '')].filter(Boolean)
  const seconds = Number(attrs.t)
  return {
    waIds: ids as WaMessageId[],
    chat,
    participant: attrs.participant ? (parseJid(attrs.participant) ?? null) : null,
    status,
    at: seconds > 0 ? seconds * 1000 : now,
  }
}

import { areJidsSameUser, decodeMessageNode, extractAddressingContext, jidDecode } from 'baileys'
import type { WaMessageId } from '../../../core/ids.ts'
import { type Jid, jidKind, parseJid } from '../../../core/jid.ts'
import type { UndecryptableMessage } from '../../port.ts'
import type { Envelope } from '../envelope.ts'

/** Our own addresses, with or without device. */
export interface Me {
  id: string
  lid?: string | undefined
}

/** The same person's other address (LID of a phone number, phone number of a LID) where it is known. */
export type LookUpAlternative = (jid: Jid) => Promise<Jid | null>

/** Whether a stanza comes from the phone that this account lives on (device 0), and from no other device of it. */
export function isOwnPhone(from: string | undefined, { id, lid }: Me): boolean {
  const sender = jidDecode(from)
  if (!sender || sender.device) return false
  return areJidsSameUser(from, id) || (lid !== undefined && areJidsSameUser(from, lid))
}

/** Everything but the content. */
export type MessageHead = UndecryptableMessage

/**
 * Who wrote in which chat, from a stanza's attributes; undefined where they name no chat or no sender. A person's chat
 * is named by phone number where that is known: the network uses the number and the LID of one person by turns, and
 * one chat must have one name.
 */
export async function readHead(
  { attrs }: Envelope,
  me: Me,
  lookUp: LookUpAlternative,
): Promise<MessageHead | undefined> {
  const stanza = { tag: 'message', attrs, content: [] }
  let decoded: ReturnType<typeof decodeMessageNode>
  try {
    decoded = decodeMessageNode(stanza, me.id, me.lid ?? '')
  } catch {
    return undefined
  }
  const { key, messageTimestamp, pushName } = decoded.fullMessage
  const chat = parseJid(key.remoteJid ?? '')
  if (!chat || !key.id) return undefined
  const participant = parseJid(key.participant ?? '') ?? null
  const fromMe = key.fromMe === true
  const head = {
    waId: key.id as WaMessageId,
    fromMe,
    pushName: pushName ?? null,
    timestamp: Number(messageTimestamp) * 1000 || 0,
  }
  const context = extractAddressingContext(stanza)
  const stated = parseJid((fromMe && !participant ? context.recipientAlt : context.senderAlt) ?? '')
  const person = participant ?? chat
  const alternative = stated && jidKind(stated) !== jidKind(person) ? stated : await lookUp(person)
  if (participant || jidKind(chat) !== 'lid' || !alternative)
    return { ...head, chat, participant, senderAlt: alternative }
  return { ...head, chat: alternative, participant, senderAlt: chat }
}

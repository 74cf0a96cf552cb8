import { proto, unpadRandomMax16 } from 'baileys'
import { newId } from '../../../core/ids.ts'
import type { InboundMessage } from '../../port.ts'
import type { JournalEntry } from '../auth-port.ts'
import type { Envelope } from '../envelope.ts'
import { isOwnPhone, type LookUpAlternative, type Me, readHead } from './address.ts'
import { openMessage, readContent } from './content.ts'
import type { ReadContext } from './reader.ts'
import { resentMessages } from './resent.ts'

/** What a row does not say itself. */
export interface RowContext {
  me: Me
  lookUp: LookUpAlternative
  sentProto: ReadContext['sentProto']
  /** The stanza of a message that the phone was asked for; undefined for all others. */
  askedFor: (key: proto.IMessageKey) => Promise<Envelope | undefined>
}

/** Rebuilds what a journal row holds for the inbox, from the row alone: its message, or those that the phone resent. */
export async function readRow(row: JournalEntry, context: RowContext): Promise<InboundMessage[]> {
  const envelope: Envelope = JSON.parse(row.envelope)
  const message = decodePadded(row.plaintext) ?? {}
  const direct = await readMessage(message, envelope, row.key, context)
  if (direct) return [direct]
  const messages: InboundMessage[] = []
  for (const { key, message: content } of resentMessages(message, envelope, context.me)) {
    const asked = key && content && (await context.askedFor(key))
    const resent = asked && (await readMessage(content, asked, row.key, context))
    if (resent) messages.push(resent)
  }
  // The row may be consumed with the last of its messages only; the names of the others are of no row.
  return messages.map((one, at) => ({ ...one, journalKey: at + 1 < messages.length ? `${row.key}/${at}` : row.key }))
}

async function readMessage(
  message: proto.IMessage,
  envelope: Envelope,
  journalKey: string,
  { me, lookUp, sentProto }: RowContext,
): Promise<InboundMessage | undefined> {
  const opened = openMessage(message)
  const head = opened && (await readHead(envelope, me, lookUp))
  if (!head) return undefined
  const read = await readContent(opened, { head, me, sentProto, newMediaId: () => newId('med') })
  return { ...head, ...read, journalKey, offline: envelope.attrs.offline !== undefined }
}

/** The piece of the phone's history that a row announces; undefined for all others. */
export function historyIn(row: JournalEntry, me: Me): proto.Message.IHistorySyncNotification | undefined {
  const { attrs }: Envelope = JSON.parse(row.envelope)
  const { protocolMessage } = decodePadded(row.plaintext) ?? {}
  if (protocolMessage?.type !== proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION) return undefined
  return isOwnPhone(attrs.from, me) ? (protocolMessage.historySyncNotification ?? undefined) : undefined
}

/** Undefined for bytes that are no message: somebody's client is broken, and trying again would not mend it. */
function decodePadded(plaintext: Uint8Array): proto.IMessage | undefined {
  try {
    return proto.Message.decode(unpadRandomMax16(plaintext))
  } catch {
    return undefined
  }
}

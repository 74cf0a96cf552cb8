import { proto, unpadRandomMax16 } from 'baileys'
import type { InboundMessage } from '../../port.ts'
import type { JournalEntry } from '../auth-port.ts'
import type { Envelope } from '../envelope.ts'
import { type LookUpAlternative, type Me, readHead } from './address.ts'
import { readContent } from './content.ts'

/** Rebuilds a message from its journal row alone; undefined where the row holds nothing for the inbox. */
export async function readRow(
  row: JournalEntry,
  me: Me,
  lookUp: LookUpAlternative,
): Promise<InboundMessage | undefined> {
  const envelope: Envelope = JSON.parse(row.envelope)
  const read = readContent(decodePadded(row.plaintext) ?? {})
  if (!read) return undefined
  const head = await readHead(envelope, me, lookUp)
  if (!head) return undefined
  return { ...head, ...read, journalKey: row.key, offline: envelope.attrs.offline !== undefined }
}

/** Undefined for bytes that are no message: somebody's client is broken, and trying again would not mend it. */
function decodePadded(plaintext: Uint8Array): proto.IMessage | undefined {
  try {
    return proto.Message.decode(unpadRandomMax16(plaintext))
  } catch {
    return undefined
  }
}

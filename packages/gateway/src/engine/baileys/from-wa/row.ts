import { proto, unpadRandomMax16 } from 'baileys'
import { newId } from '../../../core/ids.ts'
import type { InboundMessage } from '../../port.ts'
import type { JournalEntry } from '../auth-port.ts'
import type { Envelope } from '../envelope.ts'
import { type LookUpAlternative, type Me, readHead } from './address.ts'
import { openMessage, readContent } from './content.ts'
import type { ReadContext } from './reader.ts'

/** What a row does not say itself. */
export interface RowContext {
  me: Me
  lookUp: LookUpAlternative
  sentProto: ReadContext['sentProto']
}

/** Rebuilds a message from its journal row alone; undefined where the row holds nothing for the inbox. */
export async function readRow(
  row: JournalEntry,
  { me, lookUp, sentProto }: RowContext,
): Promise<InboundMessage | undefined> {
  const envelope: Envelope = JSON.parse(row.envelope)
  const opened = openMessage(decodePadded(row.plaintext) ?? {})
  const head = opened && (await readHead(envelope, me, lookUp))
  if (!head) return undefined
  const read = await readContent(opened, { head, me, sentProto, newMediaId: () => newId('med') })
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

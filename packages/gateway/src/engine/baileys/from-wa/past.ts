import type { proto } from 'baileys'
import { receivedEvent } from '../../../core/event.ts'
import { newId } from '../../../core/ids.ts'
import type { PastMessage } from '../../port.ts'
import { isOwnPhone, type Me, readHead } from './address.ts'
import { openMessage, readContent } from './content.ts'
import type { RowContext } from './row.ts'

/**
 * A message of the phone's history, undefined for one that was written before `since` (milliseconds since the epoch),
 * holds nothing for a person, or changes another one: what the phone keeps is changed already.
 */
export async function readPast(
  info: proto.IWebMessageInfo,
  { me, lookUp, sentProto }: Pick<RowContext, 'me' | 'lookUp' | 'sentProto'>,
  since: number,
): Promise<PastMessage | undefined> {
  if (Number(info.messageTimestamp ?? 0) * 1000 < since || !info.message) return undefined
  const opened = openMessage(info.message)
  const attrs = opened && stanzaOf(info, me)
  const head = attrs && (await readHead({ attrs }, me, lookUp))
  if (!head) return undefined
  const read = await readContent(opened, { head, me, sentProto, newMediaId: () => newId('med') })
  if (receivedEvent(read.content) !== 'message.received') return undefined
  return { ...head, ...read }
}

/** The attributes that the message's stanza would have had. */
function stanzaOf(info: proto.IWebMessageInfo, me: Me): Record<string, string> | undefined {
  const { remoteJid, fromMe, id, participant } = info.key ?? {}
  if (!remoteJid || !id) return undefined
  const common = { id, t: String(info.messageTimestamp ?? 0), ...(info.pushName ? { notify: info.pushName } : {}) }
  if (remoteJid.endsWith('@g.us') || remoteJid.endsWith('@broadcast')) {
    const author = fromMe ? me.id : (participant ?? info.participant)
    return author ? { ...common, from: remoteJid, participant: author } : undefined
  }
  if (fromMe) return { ...common, from: me.id, recipient: remoteJid }
  // Notes to oneself are always our own.
  return isOwnPhone(remoteJid, me) ? undefined : { ...common, from: remoteJid }
}

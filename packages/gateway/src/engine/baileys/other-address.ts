import { type Jid, jidKind, jidUser, phoneJid } from '../../core/jid.ts'
import type { SignalKeys } from './signal-keys.ts'

/** The other address of a person as far as it was learnt: LID of a phone number, phone number of a LID. */
export async function otherAddress(keys: SignalKeys, jid: Jid): Promise<Jid | null> {
  const kind = jidKind(jid)
  if (kind !== 'user' && kind !== 'lid') return null
  const id = kind === 'user' ? jidUser(jid) : `${jidUser(jid)}_reverse`
  const user = (await keys.get('lid-mapping', [id]))[id]
  if (!user) return null
  return kind === 'user' ? (`${user}@lid` as Jid) : phoneJid(user)
}

import { type BinaryNode, getBinaryNodeChild } from 'baileys'
import type { IncomingCall } from '../../core/call.ts'
import { type Jid, jidKind, parseJid } from '../../core/jid.ts'

/** The call that a stanza offers; undefined for all else that is said of calls. `now`: ms, where it has no time. */
export async function callOf(
  { attrs, content }: BinaryNode,
  lookUp: (jid: Jid) => Promise<Jid | null>,
  now: number,
): Promise<IncomingCall | undefined> {
  const [offer] = Array.isArray(content) ? content : []
  const from = parseJid(attrs.from ?? '')
  const id = offer?.attrs['call-id']
  if (offer?.tag !== 'offer' || !from || !id) return undefined
  const named = [offer.attrs.caller_pn, offer.attrs['call-creator']].flatMap((text) => parseJid(text ?? '') ?? [])
  const other = named.find((jid) => jid !== from && jidKind(jid) !== jidKind(from))
  return {
    id,
    from,
    fromAlt: other ?? (await lookUp(from)),
    video: getBinaryNodeChild(offer, 'video') !== undefined,
    group: parseJid(offer.attrs['group-jid'] ?? '') ?? null,
    at: Number(attrs.t) * 1000 || now,
    offline: attrs.offline !== undefined,
  }
}

import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, getBinaryNodeChildString } from 'baileys'
import { type GroupUpdate, PARTICIPANT_CHANGES } from '../../core/group.ts'
import { jidPhone, parseJid } from '../../core/jid.ts'

/** What a `w:gp2` notification tells of a group; undefined where it is nobody's news. `now`: ms, where it has no time. */
export function groupUpdateOf({ attrs, content }: BinaryNode, now: number): GroupUpdate | undefined {
  const group = parseJid(attrs.from ?? '')
  const [child] = Array.isArray(content) ? content : []
  const change = child && changeOf(child)
  if (!group || !change) return undefined
  const by = parseJid(attrs.participant ?? '') ?? null
  const number = parseJid(attrs.participant_pn ?? '')
  const byPhone = (by && jidPhone(by)) ?? (number && jidPhone(number)) ?? null
  return { group, by, byPhone, at: Number(attrs.t) * 1000 || now, change }
}

function changeOf(child: BinaryNode): GroupUpdate['change'] | undefined {
  const { tag, attrs } = child
  const kind = PARTICIPANT_CHANGES.find((one) => one === tag)
  if (kind) return { kind, participants: getBinaryNodeChildren(child, 'participant').flatMap(personOf) }
  if (tag === 'create') {
    return { kind: 'created', subject: getBinaryNodeChild(child, 'group')?.attrs.subject ?? '' }
  }
  if (tag === 'subject') return { kind: 'subject', subject: attrs.subject ?? '' }
  if (tag === 'description') {
    return { kind: 'description', description: getBinaryNodeChildString(child, 'body') ?? null }
  }
  return { kind: 'setting', setting: tag }
}

function personOf({ attrs }: BinaryNode) {
  const jid = parseJid(attrs.jid ?? '')
  if (!jid) return []
  const number = parseJid(attrs.phone_number ?? '')
  return [{ jid, phone: jidPhone(jid) ?? (number && jidPhone(number)) ?? null }]
}

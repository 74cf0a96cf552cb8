import type { MessageId, SessionUid, TenantId, WaMessageId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { MessageRecord } from '../core/message.ts'
import type { RehearsedText } from './verbs.ts'

interface Place {
  tenant: TenantId
  sessionUid: SessionUid
  session: string
  /** Milliseconds since the epoch. */
  at: number
}

const PERSON = '6281311110001@s.whatsapp.net' as Jid
const GROUP = '120363000000000000@g.us' as Jid

/** A message that nobody sent, so that rules can be tried on it. It is stored nowhere. */
export function rehearsedMessage({ at, ...place }: Place, { text, name, inGroup }: RehearsedText): MessageRecord {
  return {
    ...place,
    id: 'msg_rehearsed' as MessageId,
    waId: 'rehearsed' as WaMessageId,
    direction: 'in',
    chat: inGroup ? GROUP : PERSON,
    participant: inGroup ? PERSON : null,
    senderAlt: null,
    fromMe: false,
    pushName: name,
    content: { type: 'text', text },
    quote: null,
    status: 'received',
    history: [],
    attempts: 0,
    sendAt: null,
    expiresAt: null,
    timestamp: at,
  }
}

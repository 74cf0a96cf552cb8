import { type BinaryNode, child, node } from '../wire/node.ts'
import type { Client } from './context.ts'
import { accountHandlers } from './iq/account.ts'
import { failure, type IqHandler } from './iq/answer.ts'
import { groupHandlers } from './iq/groups.ts'
import { prekeyHandlers } from './iq/prekeys.ts'
import { profileHandlers } from './iq/profile.ts'
import { usyncHandlers } from './iq/usync.ts'
import { onMessage } from './messages.ts'
import { onCall, onChatState, onPresence } from './presence.ts'
import { onReceipt } from './receipts.ts'

/** One handler for each kind of IQ: `xmlns/type/child`. */
const handlers = new Map<string, IqHandler>(
  Object.entries({ ...accountHandlers, ...profileHandlers, ...prekeyHandlers, ...usyncHandlers, ...groupHandlers }),
)

/** Hands a stanza to whoever handles its kind. */
export async function dispatch(client: Client, stanza: BinaryNode): Promise<void> {
  const { companion } = client
  if (stanza.tag === 'iq') {
    await onIq(client, stanza)
    return
  }
  if (!companion) return
  switch (stanza.tag) {
    case 'message':
      onMessage(client, companion, stanza)
      return
    case 'receipt':
      onReceipt(client, companion, stanza)
      return
    case 'ack':
      companion.queue.confirm(stanza)
      return
    case 'presence':
      onPresence(client, companion, stanza)
      return
    case 'chatstate':
      onChatState(client, companion, stanza)
      return
    case 'call':
      onCall(client, stanza)
      return
    default:
  }
}

async function onIq(client: Client, iq: BinaryNode): Promise<void> {
  if (iq.attrs.type === 'result' || iq.attrs.type === 'error') return
  const step = child(iq)
  const key = `${iq.attrs.xmlns ?? ''}/${iq.attrs.type ?? ''}/${step?.tag ?? ''}`
  const handler = handlers.get(key)
  if (handler && (client.companion || key.startsWith('md/') || key.startsWith('w:p/'))) {
    await handler(client, iq, step ?? node(''))
    return
  }
  client.state.unknownIqs.push(key)
  failure(client, iq, 501, 'feature-not-implemented')
}

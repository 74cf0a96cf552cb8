import { type BinaryNode, child, node } from '../wire/node.ts'
import type { Connection } from './connection.ts'
import { accountHandlers } from './iq/account.ts'
import { failure, type IqHandler } from './iq/answer.ts'
import { groupHandlers } from './iq/groups.ts'
import { prekeyHandlers } from './iq/prekeys.ts'
import { usyncHandlers } from './iq/usync.ts'
import { onMessage } from './messages.ts'
import { onChatState, onPresence } from './presence.ts'
import { onReceipt } from './receipts.ts'

/** One handler for each kind of IQ: `xmlns/type/child`. */
const handlers = new Map<string, IqHandler>(
  Object.entries({ ...accountHandlers, ...prekeyHandlers, ...usyncHandlers, ...groupHandlers }),
)

/** Hands a stanza to whoever handles its kind. */
export async function dispatch(connection: Connection, stanza: BinaryNode): Promise<void> {
  const { companion } = connection
  if (stanza.tag === 'iq') {
    await onIq(connection, stanza)
    return
  }
  if (!companion) return
  switch (stanza.tag) {
    case 'message':
      onMessage(connection, companion, stanza)
      return
    case 'receipt':
      onReceipt(connection, companion, stanza)
      return
    case 'ack':
      companion.queue.confirm(stanza)
      return
    case 'presence':
      onPresence(connection, companion, stanza)
      return
    case 'chatstate':
      onChatState(connection, companion, stanza)
      return
    case 'call':
      connection.send(node('ack', { id: stanza.attrs.id, class: 'call', from: stanza.attrs.to }))
      return
    default:
  }
}

async function onIq(connection: Connection, iq: BinaryNode): Promise<void> {
  if (iq.attrs.type === 'result' || iq.attrs.type === 'error') return
  const step = child(iq)
  const key = `${iq.attrs.xmlns ?? ''}/${iq.attrs.type ?? ''}/${step?.tag ?? ''}`
  const handler = handlers.get(key)
  if (handler && (connection.companion || key.startsWith('md/') || key.startsWith('w:p/'))) {
    await handler(connection, iq, step ?? node(''))
    return
  }
  connection.state.unknownIqs.push(key)
  failure(connection, iq, 501, 'feature-not-implemented')
}

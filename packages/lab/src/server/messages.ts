import { type BinaryNode, node } from '../wire/node.ts'
import type { Companion } from '../world/model.ts'
import { chatName } from '../world/phone.ts'
import { routeMessage } from '../world/router.ts'
import { type Client, streamError } from './context.ts'

/** A companion sends a message: taken, acknowledged, handed on. The faults of sending strike here. */
export function onMessage(client: Client, sender: Companion, stanza: BinaryNode): void {
  const { world } = client.state
  const { phone } = sender.user
  const { faults, ledger } = world
  if (faults.strike('drop-socket', phone)) {
    client.cut()
    return
  }
  const end = faults.strike('stream-error', phone)
  if (end) {
    client.close(streamError(end.code ?? 503))
    return
  }
  const { id = '', to = '' } = stanza.attrs
  const peer = stanza.attrs.category === 'peer'
  const row = ledger.row(phone, id, chatName(world.groups.get(to) ?? world.resolve(to)?.user ?? sender.user))
  const refused = faults.strike('nack', phone)
  if (refused) {
    ledger.count(row, 'nacked')
    client.send(acknowledgement(stanza, world.seconds, refused.code ?? 479))
    return
  }
  ledger.count(row, 'accepted')
  const cut = faults.strike('before-ack-drop', phone)
  if (!cut && !faults.strike('drop-ack', phone)) {
    const late = faults.strike('delay-ack', phone)
    const answer = () => {
      ledger.count(row, 'acked')
      client.send(acknowledgement(stanza, world.seconds))
    }
    if (late) world.clock.after(late.ms ?? 1000, answer)
    else answer()
  }
  if (!peer) routeMessage(world, sender, stanza)
  if (cut) client.cut()
}

function acknowledgement(stanza: BinaryNode, t: number, error?: number): BinaryNode {
  const { id, to, participant } = stanza.attrs
  return node('ack', { id, class: 'message', from: to, participant, t, error })
}

import { isGroup } from '../wire/jid.ts'
import { type BinaryNode, node } from '../wire/node.ts'
import { isAdmin } from '../world/groups.ts'
import type { Companion } from '../world/model.ts'
import { chatName } from '../world/phone.ts'
import { routeMessage, routePeer } from '../world/router.ts'
import type { World } from '../world/world.ts'
import { type Client, streamError } from './context.ts'

/** What the server answers where a message cannot be taken. */
const FORBIDDEN = 403
const INVALID = 479

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
  if (stanza.attrs.category === 'peer') {
    client.send(acknowledgement(stanza, world.seconds))
    routePeer(world, sender, stanza)
    return
  }
  const row = ledger.row(phone, id, chatName(world.groups.get(to) ?? world.resolve(to)?.user ?? sender.user))
  const refusal = faults.strike('nack', phone)
  if (refusal || !mayWrite(world, sender, to)) {
    ledger.count(row, 'nacked')
    client.send(acknowledgement(stanza, world.seconds, refusal ? (refusal.code ?? INVALID) : FORBIDDEN))
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
  routeMessage(world, sender, stanza)
  if (cut) client.cut()
}

/** Whether the account may write there: to anybody, and to groups it is in. */
function mayWrite(world: World, sender: Companion, to: string): boolean {
  if (!isGroup(to)) return true
  const group = world.groups.get(to)
  if (!group?.members.has(sender.user)) return false
  return !group.announcement || isAdmin(group, sender.user)
}

function acknowledgement(stanza: BinaryNode, t: number, error?: number): BinaryNode {
  const { id, to, participant } = stanza.attrs
  return node('ack', { id, class: 'message', from: to, participant, t, error })
}

import { isLid } from '../wire/jid.ts'
import { type BinaryNode, child, node } from '../wire/node.ts'
import type { Companion } from '../world/model.ts'
import type { Client } from './context.ts'

/** A companion tells its name and whether it is in use, or asks to be told about somebody. */
export function onPresence(client: Client, companion: Companion, presence: BinaryNode): void {
  const { world } = client.state
  const { type = 'available', name, to } = presence.attrs
  if (name) companion.pushName = name
  const asked = type === 'subscribe' ? world.resolve(to)?.user : undefined
  if (asked) companion.signal(node('presence', { from: to, type: asked.online ? undefined : 'unavailable' }))
}

/** Typing, recording, or no more of it: relayed to the other person's devices. */
export function onChatState(client: Client, companion: Companion, state: BinaryNode): void {
  const { world } = client.state
  const { to } = state.attrs
  const recipient = world.resolve(to)?.user
  if (!recipient) return
  const kind = child(state)
  recipient.chatStates.set(companion.user.phone, kind?.attrs.media === 'audio' ? 'recording' : (kind?.tag ?? ''))
  const from = isLid(to) ? companion.user.lidJid() : companion.user.jid()
  for (const other of recipient.companions.values()) other.signal(node('chatstate', { from }, state.content))
}

/** A companion answers a call: the caller's phone learns of a rejection. */
export function onCall(client: Client, call: BinaryNode): void {
  const { id, to } = call.attrs
  client.send(node('ack', { id, class: 'call', from: to }))
  const reject = child(call, 'reject')
  const calls = client.state.world.resolve(to)?.user.calls
  const callId = reject?.attrs['call-id'] ?? ''
  if (calls?.get(callId) === 'ringing') calls.set(callId, 'rejected')
}

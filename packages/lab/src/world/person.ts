import { type BinaryNode, node } from '../wire/node.ts'
import { badRequest, conflict, notFound } from './errors.ts'
import { isGroupRecord, type User } from './model.ts'
import { chatOf } from './phone-send.ts'
import type { InboxRow } from './rows.ts'
import type { World } from './world.ts'

/** The phone loses its connection: what is sent to it waits, and so do its receipts. */
export function goOffline(user: User): void {
  user.online = false
}

/** The phone is back: it takes in what waited, in order. */
export function goOnline(user: User): void {
  user.online = true
  for (const task of user.waiting.splice(0)) user.tasks.push(task)
}

/** The person reads a message or plays it: a receipt to the sender's companions. Throws 404 for one never shown. */
export function acknowledge(world: World, user: User, id: string, type: 'read' | 'played'): void {
  const row = user.inbox.findLast((shown) => shown.id === id)
  if (!row) throw notFound(`${user.phone} was not shown a message ${id}`)
  user.whenOnline(async () => sendReceipt(world, user, row, type))
}

function sendReceipt(world: World, user: User, row: InboxRow, type: 'read' | 'played'): void {
  const author = world.phone(row.from)
  const group = world.groups.get(row.chat)
  const byLid = user.arrivals.get(`${row.chat} ${row.from} ${row.id}`)?.byLid
  const address = group ? { from: group.jid, participant: user.lidJid() } : { from: byLid ? user.lidJid() : user.jid() }
  const ledger = world.ledger.find(row.from, row.id)
  if (ledger?.direction === 'out') world.ledger.count(ledger, type)
  const receipt = node('receipt', { ...address, id: row.id, type, t: world.seconds })
  world.deliverToCompanions(author, receipt)
}

/** The person types (or records, or stops): the other side's companions are told. */
export function showTyping(world: World, user: User, to: string, state: 'composing' | 'recording' | 'paused'): void {
  const chat = chatOf(world, to)
  const kind = state === 'recording' ? node('composing', { media: 'audio' }) : node(state)
  const recipients = isGroupRecord(chat) ? chat.members.keys() : [chat]
  const address = isGroupRecord(chat) ? { from: chat.jid, participant: user.lidJid() } : { from: user.jid() }
  if (isGroupRecord(chat) && !chat.members.has(user)) throw badRequest(`${user.phone} is not in ${to}`)
  for (const recipient of recipients) {
    if (recipient === user) continue
    for (const companion of recipient.companions.values()) companion.signal(node('chatstate', address, [kind]))
  }
}

/** The person calls somebody: it rings on that account's companions. Answers the call's id. */
export function placeCall(world: World, user: User, to: string, video: boolean): string {
  const callee = chatOf(world, to)
  if (isGroupRecord(callee)) throw badRequest('groups cannot be called here')
  const id = user.random.child(`call ${user.calls.size}`).hex(16)
  const from = { 'call-id': id, 'call-creator': user.lidJid() }
  const media = video ? [node('audio', { enc: 'opus' }), node('video')] : [node('audio', { enc: 'opus' })]
  user.calls.set(id, 'ringing')
  ring(world, user, callee, node('offer', { ...from, caller_pn: user.jid() }, media))
  return id
}

/** The person gives up a call that still rings. Throws 404 for an unknown one, 409 for one that is over. */
export function hangUp(world: World, user: User, to: string, id: string): void {
  const state = user.calls.get(id)
  if (state === undefined) throw notFound(`${user.phone} placed no call ${id}`)
  if (state !== 'ringing') throw conflict(`call ${id} is ${state}`)
  const callee = chatOf(world, to)
  user.calls.set(id, 'ended')
  if (isGroupRecord(callee)) return
  ring(world, user, callee, node('terminate', { 'call-id': id, 'call-creator': user.lidJid() }))
}

function ring(world: World, user: User, callee: User, what: BinaryNode): void {
  const attrs = { from: user.jid(), id: world.stanzaId(), t: world.seconds, notify: user.name }
  world.deliverToCompanions(callee, node('call', attrs, [what]))
}

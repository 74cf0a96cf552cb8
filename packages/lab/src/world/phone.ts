import type { proto } from 'baileys'
import { type BinaryNode, bigEndian, node } from '../wire/node.ts'
import { type Companion, type Group, isGroupRecord, type User } from './model.ts'
import type { Arrivals, InboxRow } from './rows.ts'
import type { Ciphertext, PreKeyBundle } from './signal-device.ts'
import type { World } from './world.ts'

/** A message from a companion as it reaches one phone. */
export interface PhoneArrival {
  id: string
  from: Companion
  /** The group, or the other person of the chat. */
  chat: User | Group
  /** The encrypted copies for this phone: its own, and in groups the one for all. */
  copies: Ciphertext[]
  timestamp: number
  /** The sender addressed this person by LID: answers come from there. */
  byLid: boolean
}

/** Retries a phone asks for before it gives up. */
const MAX_RETRIES = 5

/** A phone takes in a message: decrypts, shows it once, confirms delivery, or asks for it again. True when shown now. */
export async function takeIn(world: World, user: User, arrival: PhoneArrival): Promise<boolean> {
  const { from, id } = arrival
  const arrivals = arrivalsOf(user, arrival)
  const ledger = world.ledger.row(from.user.phone, id)
  arrivals.copies += 1
  if (from.user !== user) world.ledger.count(ledger, 'copies')
  if (arrivals.row) arrivals.row.copies = arrivals.copies
  if (!world.decrypt) {
    confirm(world, user, arrival)
    return false
  }
  const message = await decrypted(world, user, arrival)
  if (message === 'unreadable') {
    arrivals.undecryptable += 1
    world.ledger.count(ledger, 'undecryptable')
    if (arrivals.row) arrivals.row.undecryptable = arrivals.undecryptable
    askAgain(world, user, arrival, arrivals)
    return false
  }
  if (from.user === user) return false
  const fresh = message !== undefined && !arrivals.row
  if (fresh) await show(world, user, arrival, arrivals, message)
  confirm(world, user, arrival)
  return fresh
}

function arrivalsOf(user: User, { chat, from, id, byLid }: PhoneArrival): Arrivals {
  const key = `${chatName(chat)} ${from.user.phone} ${id}`
  let arrivals = user.arrivals.get(key)
  if (!arrivals) {
    arrivals = { copies: 0, undecryptable: 0, retries: 0, byLid, row: undefined }
    user.arrivals.set(key, arrivals)
  }
  return arrivals
}

/** The content, nothing where there is none to show (keys only), or that a copy could not be read. */
async function decrypted(
  world: World,
  user: User,
  { from, chat, copies }: PhoneArrival,
): Promise<proto.IMessage | undefined | 'unreadable'> {
  if (from.user !== user && world.faults.strike('retry-receipt', from.user.phone)) return 'unreadable'
  const peer = { lid: from.user.lid, device: from.id }
  let shown: proto.IMessage | undefined
  try {
    for (const copy of copies) {
      const message =
        copy.type === 'skmsg' && isGroupRecord(chat)
          ? await user.device.decryptGroup(chat.jid, peer, copy.data)
          : await user.device.decrypt(peer, copy)
      const content = message.deviceSentMessage?.message ?? message
      if (Object.keys(content).some((key) => !KEYS_ONLY.has(key))) shown = content
    }
  } catch {
    return 'unreadable'
  }
  return copies.length === 0 ? 'unreadable' : shown
}

const KEYS_ONLY = new Set(['senderKeyDistributionMessage', 'messageContextInfo'])

async function show(
  world: World,
  user: User,
  arrival: PhoneArrival,
  arrivals: Arrivals,
  message: proto.IMessage,
): Promise<void> {
  const { id, chat, from } = arrival
  arrivals.row = await showMessage(world, user, { id, chat, from: from.user, message, timestamp: arrival.timestamp })
  arrivals.row.copies = arrivals.copies
  arrivals.row.undecryptable = arrivals.undecryptable
  world.ledger.count(world.ledger.row(from.user.phone, id), 'shown')
}

/** A decrypted message, whoever sent it. */
export interface ReadMessage {
  id: string
  chat: User | Group
  from: User
  message: proto.IMessage
  timestamp: number
}

/** Puts a message in front of the person: one row, remembered for quotes. */
export async function showMessage(world: World, user: User, read: ReadMessage): Promise<InboxRow> {
  const { id, chat, from, message, timestamp } = read
  const content = await world.content.describe(message, { getMedia: (path) => world.media.get(path) })
  const row: InboxRow = {
    seq: user.nextSeq(),
    id,
    from: from.phone,
    chat: chatName(chat),
    ...content,
    timestamp,
    copies: 1,
    undecryptable: 0,
  }
  user.inbox.push(row)
  const chatJid = isGroupRecord(chat) ? chat.jid : chat.jid()
  const sent = { message, type: 'text', mediatype: undefined, edit: undefined, timestamp }
  user.remember({ id, chatJid, sender: from, ...sent })
  return row
}

/** How a chat is named in rows: the other person's number, or the group's JID. */
export function chatName(chat: User | Group): string {
  return isGroupRecord(chat) ? chat.jid : chat.phone
}

/** Confirms delivery to every companion of the sender. */
function confirm(world: World, user: User, arrival: PhoneArrival): void {
  const { id, from } = arrival
  if (from.user === user) return
  world.ledger.count(world.ledger.row(from.user.phone, id), 'delivered')
  const receipt = node('receipt', { ...receiptAddress(user, arrival), id, t: world.seconds })
  world.deliverToCompanions(from.user, receipt)
  if (user.autoRead) {
    world.ledger.count(world.ledger.row(from.user.phone, id), 'read')
    world.deliverToCompanions(from.user, node('receipt', { ...receipt.attrs, type: 'read' }))
  }
}

/** Sends a retry receipt to the device the message came from; with keys from the second on. */
function askAgain(world: World, user: User, arrival: PhoneArrival, arrivals: Arrivals): void {
  const { id, from } = arrival
  if (arrivals.retries >= MAX_RETRIES) return
  arrivals.retries += 1
  world.ledger.count(world.ledger.row(from.user.phone, id), 'retried')
  const t = world.seconds
  const content = [
    node('retry', { count: arrivals.retries, id, t, v: 1 }),
    node('registration', {}, bigEndian(user.device.registrationId)),
  ]
  if (arrivals.retries > 1) content.push(node('keys', {}, bundleNodes(user.device.bundle())))
  from.deliver(node('receipt', { ...receiptAddress(user, arrival), id, type: 'retry', t }, content))
}

/** Where a phone's receipt comes from. To the person's own companions it says which chat it speaks of. */
function receiptAddress(user: User, { chat, byLid, from }: PhoneArrival): Record<string, string> {
  if (isGroupRecord(chat)) return { from: chat.jid, participant: user.lidJid() }
  const own = from.user === user ? { recipient: byLid ? chat.lidJid() : chat.jid() } : {}
  return { from: byLid ? user.lidJid() : user.jid(), ...own }
}

/** A bundle as the children of `<keys>`; with `registration` before them it is what a bundle request answers. */
export function bundleNodes(bundle: PreKeyBundle): BinaryNode[] {
  const { identity, preKey, signedPreKey } = bundle
  const nodes = [
    node('type', {}, Buffer.from([5])),
    node('identity', {}, identity),
    node('skey', {}, [
      node('id', {}, bigEndian(signedPreKey.id, 3)),
      node('value', {}, signedPreKey.key),
      node('signature', {}, signedPreKey.signature),
    ]),
  ]
  if (preKey) nodes.push(node('key', {}, [node('id', {}, bigEndian(preKey.id, 3)), node('value', {}, preKey.key)]))
  return nodes
}

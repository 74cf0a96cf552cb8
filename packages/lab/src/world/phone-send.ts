import type { proto } from 'baileys'
import { type BinaryNode, node } from '../wire/node.ts'
import type { ComposedMessage } from './content.ts'
import { badRequest, notFound } from './errors.ts'
import { type Companion, type Group, isGroupRecord, type KnownMessage, type User } from './model.ts'
import { chatName, showMessage } from './phone.ts'
import type { Ciphertext, PreKeyBundle } from './signal-device.ts'
import type { World } from './world.ts'

/** A message of a phone on its way to devices. */
interface Outgoing {
  id: string
  sender: User
  chat: User | Group
  composed: ComposedMessage
  timestamp: number
  byLid: boolean
}

export interface SendOptions {
  /** The id to send with; a fresh one without. Sending one id twice is allowed, as a misbehaving client would. */
  id?: string
  /** The recipient's companions see the sender's LID as address, not the phone number. */
  byLid?: boolean
  /** Seconds since it was sent, for messages of the past; none without. */
  age?: number
}

/** The chat a control request names: a phone number, a person's JID or a group's. Throws 404 for strangers. */
export function chatOf(world: World, to: string): User | Group {
  if (to.endsWith('@g.us')) {
    const group = world.groups.get(to)
    if (!group) throw notFound(`no group ${to}`)
    return group
  }
  return to.includes('@') ? (world.resolve(to)?.user ?? notFoundChat(to)) : world.phone(to.replace(/^\+/, ''))
}

function notFoundChat(to: string): never {
  throw notFound(`nobody at ${to}`)
}

/** Composes what a control request describes and sends it. Answers the message id when every copy is on its way. */
export async function sendRequest(
  world: World,
  sender: User,
  to: string,
  request: Record<string, unknown>,
  options: SendOptions = {},
): Promise<string> {
  const chat = chatOf(world, to)
  if (isGroupRecord(chat) && !chat.members.has(sender)) throw badRequest(`${sender.phone} is not in ${to}`)
  const chatJid = isGroupRecord(chat) ? chat.jid : chat.jid()
  const composed = await world.content.compose(request, {
    sender,
    chat,
    chatJid,
    now: world.clock.now(),
    known: (id) => sender.known.get(id),
    putMedia(encrypted) {
      const path = world.media.put(encrypted)
      return { path, url: `https://${world.media.host}${path}` }
    },
  })
  return sendFromPhone(world, sender, chat, composed, options)
}

/** Sends a message from a phone: Signal copies for companions, the plain message for other phones of the lab. */
async function sendFromPhone(
  world: World,
  sender: User,
  chat: User | Group,
  composed: ComposedMessage,
  options: SendOptions = {},
): Promise<string> {
  const id = options.id ?? sender.messageId()
  const timestamp = world.seconds - (options.age ?? 0)
  const outgoing = { id, sender, chat, composed, timestamp, byLid: options.byLid ?? false }
  const { message, type, mediatype, edit } = composed
  const chatJid = isGroupRecord(chat) ? chat.jid : chat.jid()
  sender.remember({ id, chatJid, sender, message, type, mediatype, edit, timestamp: outgoing.timestamp })
  world.ledger.count(world.ledger.row(sender.phone, id, chatName(chat), 'in'), 'accepted')
  const isShutOut = !isGroupRecord(chat) && chat.profile.blocked.has(sender.lidJid())
  await sender.tasks.run(() => encryptForAll(world, outgoing, isShutOut))
  if (isShutOut) return id
  for (const recipient of recipientsOf(chat)) {
    if (recipient === sender || !world.decrypt) continue
    const seenAs = isGroupRecord(chat) ? chat : sender
    const read = { id, chat: seenAs, from: sender, message, timestamp: outgoing.timestamp }
    recipient.whenOnline(async () => {
      await showMessage(world, recipient, read)
    })
  }
  return id
}

function recipientsOf(chat: User | Group): Iterable<User> {
  return isGroupRecord(chat) ? chat.members.keys() : [chat]
}

async function encryptForAll(world: World, outgoing: Outgoing, isShutOut: boolean): Promise<void> {
  const { chat, sender, composed } = outgoing
  const targets = new Set<Companion>(sender.companions.values())
  const recipients = isShutOut ? [] : recipientsOf(chat)
  for (const recipient of recipients) for (const one of recipient.companions.values()) targets.add(one)
  if (targets.size === 0) return
  if (isGroupRecord(chat)) {
    // The sender key must be taken down before it moves on with the message.
    const keys = new Map<Companion, Ciphertext[]>()
    for (const target of targets) keys.set(target, await senderKeyCopy(world, sender, chat, target))
    const common = await sender.device.encryptGroup(chat.jid, composed.message)
    for (const [target, own] of keys) dispatch(world, target, pushed(world, outgoing, target, [...own, common]))
    return
  }
  for (const target of targets) {
    await ensureSession(world, sender, target)
    const copy = await sender.device.encrypt(peerOf(target), forDevice(outgoing, target))
    dispatch(world, target, pushed(world, outgoing, target, [copy]))
  }
}

/** The sender key, for a device that was not given it yet. */
async function senderKeyCopy(world: World, sender: User, group: Group, target: Companion): Promise<Ciphertext[]> {
  if (!(await sender.device.givesSenderKey(group.jid, peerOf(target)))) return []
  await ensureSession(world, sender, target)
  return [await sender.device.encrypt(peerOf(target), await sender.device.senderKeyFor(group.jid))]
}

/** What is encrypted for a device: for the sender's own ones the message wrapped as sent by another device. */
function forDevice({ sender, chat, composed }: Outgoing, target: Companion): proto.IMessage {
  if (target.user !== sender || isGroupRecord(chat)) return composed.message
  return { deviceSentMessage: { destinationJid: chat.jid(), message: composed.message } }
}

/** The stanza a companion gets. */
function pushed(world: World, outgoing: Outgoing, target: Companion, copies: Ciphertext[], retry?: number): BinaryNode {
  const { id, sender, chat, composed, timestamp, byLid } = outgoing
  const { type, mediatype, edit } = composed
  const address = isGroupRecord(chat)
    ? { from: chat.jid, participant: sender.lidJid(), participant_pn: sender.jid(), addressing_mode: 'lid' }
    : {
        from: byLid ? sender.lidJid() : sender.jid(),
        ...(byLid ? { sender_pn: sender.jid(), addressing_mode: 'lid' } : senderLid(world, sender, target)),
        recipient: target.user === sender && chat !== sender ? chat.jid() : undefined,
      }
  const isAbsent = retry === undefined && world.faults.strike('unavailable', target.user.phone)
  const encs = isAbsent
    ? [node('unavailable', {})]
    : copies.map((copy) => node('enc', { v: 2, type: copy.type, mediatype, count: retry }, copy.data))
  return node('message', { ...address, id, t: timestamp, type, edit, notify: sender.name }, encs)
}

function senderLid(world: World, sender: User, target: Companion): { sender_lid?: string } {
  return world.faults.strike('no-lid', target.user.phone) ? {} : { sender_lid: sender.lidJid() }
}

function dispatch(world: World, target: Companion, stanza: BinaryNode): void {
  target.deliver(stanza)
  if (world.faults.strike('duplicate-delivery', target.user.phone)) target.signal(stanza)
}

/** A companion as the other end of a Signal session. */
export function peerOf(companion: Companion): { lid: string; device: number } {
  return { lid: companion.user.lid, device: companion.id }
}

/** Opens a Signal session with a companion where there is none, or anew with the given bundle. */
export async function ensureSession(
  world: World,
  sender: User,
  target: Companion,
  anew = false,
  bundle?: PreKeyBundle,
): Promise<void> {
  if (!anew && sender.device.hasSession(peerOf(target))) return
  const keys = bundle ?? target.bundle(() => world.stanzaId(), world.seconds)
  await sender.device.startSession(peerOf(target), keys)
}

/** A companion could not read a phone's message: the phone encrypts it again in a new session, same id. */
export async function resend(
  world: World,
  sender: User,
  known: KnownMessage,
  target: Companion,
  retry: number,
  bundle?: PreKeyBundle,
): Promise<void> {
  const chat = chatOf(world, known.chatJid)
  const { message, type, mediatype, edit } = known
  const composed = { message, type, ...(mediatype ? { mediatype } : {}), ...(edit ? { edit } : {}) }
  const outgoing = { id: known.id, sender, chat, composed, timestamp: world.seconds, byLid: false }
  await ensureSession(world, sender, target, true, bundle)
  const senderKey = isGroupRecord(chat) ? await sender.device.senderKeyFor(chat.jid) : {}
  const copy = await sender.device.encrypt(peerOf(target), { ...forDevice(outgoing, target), ...senderKey })
  target.deliver(pushed(world, outgoing, target, [copy], retry))
}

import { isGroup, isLid, parseJid } from '../wire/jid.ts'
import { type BinaryNode, bytes, child, children, node } from '../wire/node.ts'
import { type Companion, type Group, isGroupRecord, type User } from './model.ts'
import { answerPeer } from './peer-data.ts'
import { type PhoneArrival, takeIn } from './phone.ts'
import { sendRequest } from './phone-send.ts'
import type { Ciphertext } from './signal-device.ts'
import type { Address, World } from './world.ts'

/** One message stanza of a companion on its way through the server. */
interface Passage {
  sender: Companion
  stanza: BinaryNode
  chat: User | Group
  /** The chat's address, by phone number or LID, as the companion wrote it. */
  to: string
  timestamp: number
  /** How often other people's devices get it. */
  times: number
}

/** Hands a companion's message on to every device it is for. The sender's acknowledgement is the caller's. */
export function routeMessage(world: World, sender: Companion, stanza: BinaryNode): void {
  // A resend to one of the sender's own devices names the chat apart from the device.
  const chatJid = stanza.attrs.recipient ?? stanza.attrs.to ?? ''
  const chat = isGroup(chatJid) ? world.groups.get(chatJid) : world.resolve(chatJid)?.user
  if (!chat) {
    if (!isGroup(chatJid)) routeStrangerCopies(world, sender, stanza)
    return
  }
  const times = world.faults.strike('duplicate-delivery', sender.user.phone) ? 2 : 1
  const passage = { sender, stanza, chat, to: chatJid, timestamp: world.seconds, times }
  const copies = copiesByDevice(stanza)
  const common = children(stanza, 'enc').filter((enc) => enc.attrs.type === 'skmsg')
  if (isGroupRecord(chat) && common.length > 0) routeToMembers(world, passage, chat, copies, common)
  else for (const [jid, enc] of copies) routeCopy(world, passage, jid, [enc])
}

/** A message to a number without an account holds nothing but the copies for the sender's own devices. */
function routeStrangerCopies(world: World, sender: Companion, stanza: BinaryNode): void {
  const passage = { sender, stanza, chat: sender.user, to: stanza.attrs.to ?? '', timestamp: world.seconds, times: 1 }
  for (const [jid, enc] of copiesByDevice(stanza)) {
    if (world.resolve(jid)?.user === sender.user) routeCopy(world, passage, jid, [enc])
  }
}

/** A companion asks its own phone for something: the phone reads it, and answers what it can. */
export function routePeer(world: World, sender: Companion, stanza: BinaryNode): void {
  const { user, id } = sender
  const enc = child(stanza, 'enc')
  if (!enc || !world.decrypt) return
  const copy = { type: enc.attrs.type as Ciphertext['type'], data: bytes(enc) }
  user.whenOnline(async () => {
    const request = await user.device.decrypt({ lid: user.lid, device: id }, copy)
    await answerPeer(world, sender, stanza.attrs.id ?? '', request)
  })
}

/** Which device gets which copy: those in `<participants>`, and a bare `<enc>` for the one addressed. */
function copiesByDevice(stanza: BinaryNode): Map<string, BinaryNode> {
  const copies = new Map<string, BinaryNode>()
  for (const to of children(child(stanza, 'participants'), 'to')) {
    const enc = child(to, 'enc')
    if (enc) copies.set(to.attrs.jid ?? '', enc)
  }
  const bare = children(stanza, 'enc').find((enc) => enc.attrs.type !== 'skmsg')
  if (bare) copies.set(stanza.attrs.participant ?? stanza.attrs.to ?? '', bare)
  return copies
}

function routeToMembers(
  world: World,
  passage: Passage,
  group: Group,
  copies: Map<string, BinaryNode>,
  common: BinaryNode[],
): void {
  const own = new Map<string, BinaryNode>()
  for (const [jid, enc] of copies) {
    const address = world.resolve(jid)
    if (address) own.set(`${address.user.phone} ${address.device}`, enc)
    else world.violations.push(`message ${passage.stanza.attrs.id}: copy for unknown device ${jid}`)
  }
  for (const member of group.members.keys()) {
    for (const device of [0, ...member.companions.keys()]) {
      const enc = own.get(`${member.phone} ${device}`)
      hand(world, passage, { user: member, device }, member.lidJid(device), enc ? [enc, ...common] : common)
    }
  }
}

function routeCopy(world: World, passage: Passage, jid: string, encs: BinaryNode[]): void {
  const address = world.resolve(jid)
  const known = address && (address.device === 0 || address.user.companions.has(address.device))
  if (known) hand(world, passage, address, jid, encs)
  else world.violations.push(`message ${passage.stanza.attrs.id}: copy for unknown device ${jid}`)
}

/** Gives the copies to one device: decrypted by a phone, forwarded to a companion, ignored where it is the sender. */
function hand(world: World, passage: Passage, to: Address, jid: string, encs: BinaryNode[]): void {
  const { sender, stanza, chat } = passage
  const { user, device } = to
  const times = user === sender.user ? 1 : passage.times
  if (device === 0) {
    const copies = encs.map((enc) => ({ type: enc.attrs.type as Ciphertext['type'], data: bytes(enc) }))
    const byLid = isLid(passage.to)
    // For the sender's own phone the chat is the other person, for everybody else the sender.
    const seenAs = isGroupRecord(chat) || user === sender.user ? chat : sender.user
    const id = stanza.attrs.id ?? ''
    const arrival = { id, from: sender, chat: seenAs, copies, timestamp: passage.timestamp, byLid }
    for (let copy = 0; copy < times; copy += 1) user.whenOnline(() => take(world, user, arrival))
    return
  }
  const companion = user.companions.get(device)
  if (!companion || companion === sender) return
  const forwarded = forward(passage, companion, jid, encs)
  companion.deliver(forwarded)
  if (times > 1) companion.signal(forwarded)
}

/** The phone takes it in; one that answers by itself does. */
async function take(world: World, user: User, arrival: PhoneArrival): Promise<void> {
  const shown = await takeIn(world, user, arrival)
  if (!shown || user.autoReply === undefined || isGroupRecord(arrival.chat)) return
  // Not awaited: sending waits for this phone's turn, which is now.
  sendRequest(world, user, arrival.chat.phone, { text: user.autoReply }).catch((error) => world.fail('reply', error))
}

/** The stanza as another companion gets it. */
function forward(passage: Passage, to: Companion, jid: string, encs: BinaryNode[]): BinaryNode {
  const { sender, stanza, chat } = passage
  const { user: from, id: device } = sender
  const byLid = parseJid(jid)?.server === 'lid'
  const own = to.user === from
  const identity = child(stanza, 'device-identity')
  const opensSession = encs.some((enc) => enc.attrs.type === 'pkmsg')
  const address = isGroupRecord(chat)
    ? { from: chat.jid, participant: from.lidJid(device), participant_pn: from.jid(), addressing_mode: 'lid' }
    : {
        from: byLid ? from.lidJid(device) : from.jid(device),
        ...(byLid ? { sender_pn: from.jid(), addressing_mode: 'lid' } : { sender_lid: from.lidJid() }),
        recipient: own ? passage.to : undefined,
      }
  const attrs = {
    ...address,
    id: stanza.attrs.id,
    t: passage.timestamp,
    type: stanza.attrs.type,
    edit: stanza.attrs.edit,
    notify: sender.pushName ?? from.name,
  }
  return node('message', attrs, identity && opensSession ? [...encs, identity] : encs)
}

import { isGroup, isLid } from '../wire/jid.ts'
import { type BinaryNode, bytes, child, integer, node, receiptIds } from '../wire/node.ts'
import { answerMediaRetry } from '../world/media-retry.ts'
import type { Companion } from '../world/model.ts'
import { resend } from '../world/phone-send.ts'
import type { PreKeyBundle } from '../world/signal-device.ts'
import type { Address, World } from '../world/world.ts'
import type { Client } from './context.ts'

/** A companion confirms, reads or cannot read messages: settles its queue, tells the author's devices. */
export function onReceipt(client: Client, reader: Companion, receipt: BinaryNode): void {
  const { world } = client.state
  const { id, to, type, participant } = receipt.attrs
  client.send(node('ack', { id, class: 'receipt', from: to, type, participant }))
  if (type === 'server-error') {
    reader.user.whenOnline(async () => answerMediaRetry(world, reader, receipt))
    return
  }
  // A retry receipt does not settle the message: the negative ack that goes with it does.
  const confirmed = type === 'retry' ? [] : reader.queue.confirm(receipt)
  const author = world.resolve(isGroup(to) ? participant : to)
  if (!author) return
  note(world, author, receipt)
  if (type === 'retry') {
    onRetry(world, reader, author, receipt)
    return
  }
  for (const stanza of confirmed) {
    if (world.faults.strike('redeliver', reader.user.phone)) reader.deliver(stanza)
  }
  tellAuthor(world, reader, author, receipt)
}

/** Counts a receipt in the row of a message that one of the lab's phones sent. */
function note(world: World, author: Address, { attrs, ...receipt }: BinaryNode): void {
  for (const id of receiptIds({ attrs, ...receipt })) {
    const row = world.ledger.find(author.user.phone, id)
    if (row?.direction !== 'in') continue
    if (attrs.type === 'retry') world.ledger.count(row, 'retried')
    else if (attrs.type === undefined || attrs.type === 'inactive') world.ledger.count(row, 'delivered')
    else if (attrs.type === 'read') world.ledger.count(row, 'read')
    else if (attrs.type === 'played') world.ledger.count(row, 'played')
  }
}

/** Receipts that stay between an account's own devices and the server. */
const OWN = new Set(['sender', 'peer_msg', 'hist_sync', 'read-self'])

function tellAuthor(world: World, reader: Companion, author: Address, receipt: BinaryNode): void {
  const { id, to, type } = receipt.attrs
  if (author.user === reader.user || OWN.has(type ?? '')) return
  const inGroup = isGroup(to)
  const byLid = isLid(to)
  const from = inGroup ? to : byLid ? reader.user.lidJid(reader.id) : reader.user.jid(reader.id)
  // Delivery that the reader's app did not see in the foreground is delivery all the same.
  const shownType = type === 'inactive' ? undefined : type
  const who = inGroup ? reader.user.lidJid(reader.id) : undefined
  const attrs = { id, from, participant: who, type: shownType, t: world.seconds }
  world.deliverToCompanions(author.user, node('receipt', attrs, receipt.content))
}

/** Somebody could not read a message: its device is asked again; a phone of the lab answers by itself. */
function onRetry(world: World, reader: Companion, author: Address, receipt: BinaryNode): void {
  const { id = '', to } = receipt.attrs
  const { user, device } = author
  if (device !== 0) {
    const group = isGroup(to)
    const from = group ? to : isLid(to) ? reader.user.lidJid(reader.id) : reader.user.jid(reader.id)
    const participant = group ? reader.user.lidJid(reader.id) : undefined
    const attrs = { id, from, participant, type: 'retry', t: world.seconds, recipient: receipt.attrs.recipient }
    user.companions.get(device)?.deliver(node('receipt', attrs, receipt.content))
    return
  }
  const known = user.known.get(id)
  if (known?.sender !== user || world.faults.strike('no-resend', user.phone)) return
  const count = Number(child(receipt, 'retry')?.attrs.count ?? 1)
  const bundle = readBundle(receipt)
  user.whenOnline(() => resend(world, user, known, reader, count, bundle))
}

/** The bundle a retry receipt brings along from the second on. */
function readBundle(receipt: BinaryNode): PreKeyBundle | undefined {
  const keys = child(receipt, 'keys')
  if (!keys) return undefined
  const [key, signed] = [child(keys, 'key'), child(keys, 'skey')]
  return {
    registrationId: integer(child(receipt, 'registration')),
    identity: bytes(child(keys, 'identity')),
    signedPreKey: {
      id: integer(child(signed, 'id')),
      key: bytes(child(signed, 'value')),
      signature: bytes(child(signed, 'signature')),
    },
    ...(key ? { preKey: { id: integer(child(key, 'id')), key: bytes(child(key, 'value')) } } : {}),
  }
}

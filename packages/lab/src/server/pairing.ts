import { createHmac } from 'node:crypto'
import { proto } from 'baileys'
import { sign, verify } from '../wire/keys.ts'
import { bytes, child, node, SERVER } from '../wire/node.ts'
import { badRequest } from '../world/errors.ts'
import { Companion, type User } from '../world/model.ts'
import { type Client, type ServerState, streamError } from './context.ts'

/** Signed together with the data: what the phone vouches for, and what the companion answers. */
const ACCOUNT_SIGNATURE = Buffer.from([6, 0])
const DEVICE_SIGNATURE = Buffer.from([6, 1])
/** Devices an account may link beside its phone. */
const MAX_COMPANIONS = 4

/** The person scans a QR code with the phone: links the companion that shows it. Throws 400 for a stale or foreign one. */
export async function scan(state: ServerState, user: User, qr: string): Promise<Companion> {
  const [ref = '', , identity = '', secret = ''] = qr.slice(qr.lastIndexOf('#') + 1).split(',')
  const client = state.pairingRefs.get(ref)
  if (!client?.registration) throw badRequest('this QR code is not valid any more')
  if (!Buffer.from(identity, 'base64').equals(client.registration.identity)) {
    throw badRequest('this QR code belongs to another device')
  }
  return link(state, user, client, Buffer.from(secret, 'base64'))
}

/** Links the device on `client` to an account: the phone signs its identity, the device signs back, 515. */
export async function link(state: ServerState, user: User, client: Client, advSecret: Buffer): Promise<Companion> {
  const { world } = state
  const { registration } = client
  if (!registration) throw badRequest('this device is linked already')
  if (user.companions.size >= MAX_COMPANIONS) throw badRequest(`${user.phone} has ${MAX_COMPANIONS} linked devices`)
  // A code is good for one scan, and none is needed any more once one was read.
  for (const [ref, shower] of state.pairingRefs) if (shower === client) state.pairingRefs.delete(ref)
  const id = user.nextDevice++
  const identity = deviceIdentity(user, registration.identity, id, world.seconds, advSecret)
  const attrs = { from: SERVER, type: 'set', id: world.stanzaId(), xmlns: 'md', t: world.seconds }
  const answer = await client.query(
    node('iq', attrs, [
      node('pair-success', {}, [
        node('device-identity', {}, identity.outer),
        node('device', { jid: user.jid(id), lid: user.lidJid(id) }),
        node('platform', { name: 'android' }),
      ]),
    ]),
  )
  const signed = proto.ADVSignedDeviceIdentity.decode(
    bytes(child(child(answer, 'pair-device-sign'), 'device-identity')),
  )
  const phoneIdentity = user.device.identity.public
  const vouched = Buffer.concat([DEVICE_SIGNATURE, identity.details, registration.identity, phoneIdentity])
  if (!verify(registration.identity, vouched, signed.deviceSignature ?? Buffer.alloc(64))) {
    world.violations.push(`pairing with ${user.phone}: device signature is wrong`)
    throw badRequest('the device signed its identity wrongly')
  }
  const companion = new Companion(user, id, registration)
  companion.awaitsHistory = user.history
  user.companions.set(id, companion)
  client.close(streamError(515))
  world.announceDevice(companion, 'add')
  return companion
}

/** The ADV identity of a new device, signed by the phone and sealed with the secret of the QR code. */
function deviceIdentity(user: User, identity: Buffer, keyIndex: number, timestamp: number, secret: Buffer) {
  const rawId = user.random.child('adv').below(2 ** 31)
  const details = Buffer.from(proto.ADVDeviceIdentity.encode({ rawId, timestamp, keyIndex }).finish())
  const { private: privateKey, public: accountSignatureKey } = user.device.identity
  const accountSignature = sign(privateKey, Buffer.concat([ACCOUNT_SIGNATURE, details, identity]))
  const signed = proto.ADVSignedDeviceIdentity.encode({ details, accountSignatureKey, accountSignature }).finish()
  const hmac = createHmac('sha256', secret).update(signed).digest()
  const outer = proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish()
  return { details, outer: Buffer.from(outer) }
}

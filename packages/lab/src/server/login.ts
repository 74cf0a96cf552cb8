import type { proto } from 'baileys'
import { signalKey, verify } from '../wire/keys.ts'
import { node, SERVER } from '../wire/node.ts'
import type { Registration } from '../world/model.ts'
import { type Client, streamError } from './context.ts'
import { startDelivery } from './delivery.ts'

/** How many QR codes a client may show before it must start again. */
const PAIRING_REFS = 6

/** What comes after the handshake: a new device is given references for its QR codes, a linked one is let in. */
export function login(client: Client, payload: proto.ClientPayload, clientStatic: Buffer): void {
  if (payload.devicePairingData?.eIdent?.length) register(client, payload.devicePairingData, clientStatic)
  else admit(client, payload, clientStatic)
}

function register(client: Client, data: proto.ClientPayload.IDevicePairingRegistrationData, noiseKey: Buffer): void {
  const { world, pairingRefs } = client.state
  const registration = readRegistration(data, noiseKey)
  if (!registration) {
    world.violations.push('registration with a signed prekey whose signature is wrong')
    client.close(node('failure', { reason: 400, location: 'lab' }))
    return
  }
  client.registration = registration
  const random = world.random(`pairing ${world.stanzaId()}`)
  const refs = Array.from({ length: PAIRING_REFS }, () => `2@${random.bytes(48).toString('base64')}`)
  for (const ref of refs) pairingRefs.set(ref, client)
  const attrs = { from: SERVER, type: 'set', id: world.stanzaId(), xmlns: 'md' }
  const nodes = refs.map((ref) => node('ref', {}, Buffer.from(ref)))
  client.send(node('iq', attrs, [node('pair-device', {}, nodes)]))
}

/** The device's public keys; `undefined` where its signed prekey is not signed by its identity. */
function readRegistration(
  data: proto.ClientPayload.IDevicePairingRegistrationData,
  noiseKey: Buffer,
): Registration | undefined {
  const identity = Buffer.from(data.eIdent ?? [])
  const key = Buffer.from(data.eSkeyVal ?? [])
  const signature = Buffer.from(data.eSkeySig ?? [])
  if (!verify(identity, signalKey(key), signature)) return undefined
  const number = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? [0]).readUIntBE(0, bytes?.length || 1)
  return {
    noiseKey,
    identity,
    registrationId: number(data.eRegid),
    signedPreKey: { id: number(data.eSkeyId), key, signature },
  }
}

function admit(client: Client, payload: proto.ClientPayload, noiseKey: Buffer): void {
  const { world } = client.state
  const [phone, device] = [String(payload.username), payload.device ?? 0]
  const companion = world.users.get(phone)?.companions.get(device)
  if (!companion?.noiseKey.equals(noiseKey)) {
    client.close(node('failure', { reason: 401, location: 'lab' }))
    return
  }
  companion.link?.close(streamError(undefined, 'replaced'))
  companion.link = client
  client.companion = companion
  const { user } = companion
  client.send(
    node('success', {
      t: world.seconds,
      props: 27,
      companion_enc_static: 'NULL',
      lid: user.lidJid(device),
      display_name: user.name,
      location: 'lab',
      creation: world.seconds,
    }),
  )
  // A client that does not log in as passive is ready at once; the others say when they are.
  if (payload.passive === false) startDelivery(client, companion)
}

import { createHash } from 'node:crypto'
import { signalKey, verify } from '../../wire/keys.ts'
import { type BinaryNode, bigEndian, bytes, child, children, integer, node } from '../../wire/node.ts'
import { bundleNodes } from '../../world/phone.ts'
import type { Client } from '../context.ts'
import { failure, type IqHandler, requester, result } from './answer.ts'

const count: IqHandler = (client, iq) => {
  result(client, iq, [node('count', { value: requester(client).preKeys.length })])
}

const upload: IqHandler = (client, iq) => {
  const companion = requester(client)
  if (!takeSignedPreKey(client, child(iq, 'skey'))) {
    failure(client, iq, 406, 'not-acceptable')
    return
  }
  const keys = children(child(iq, 'list'), 'key')
  const again = companion.addPreKeys(
    keys.map((key) => ({ id: integer(child(key, 'id')), key: bytes(child(key, 'value')) })),
  )
  if (again.length > 0) client.state.world.violations.push(`${companion.user.phone}: prekeys ${again} are used again`)
  result(client, iq)
}

const rotate: IqHandler = (client, iq, step) => {
  if (takeSignedPreKey(client, child(step, 'skey'))) result(client, iq)
  else failure(client, iq, 406, 'not-acceptable')
}

/** Stores a signed prekey where its signature is right. One that is stored already is not checked again. */
function takeSignedPreKey(client: Client, skey: BinaryNode | undefined): boolean {
  const companion = requester(client)
  const [id, key, signature] = [
    integer(child(skey, 'id')),
    bytes(child(skey, 'value')),
    bytes(child(skey, 'signature')),
  ]
  const known = companion.signedPreKey
  if (known.id === id && known.key.equals(key)) return true
  if (!verify(companion.identity, signalKey(key), signature)) {
    client.state.world.violations.push(`${companion.user.phone}: signed prekey ${id} has a wrong signature`)
    return false
  }
  companion.signedPreKey = { id, key, signature }
  return true
}

/** What the server holds of a device's keys, so that the device can tell whether it is still the same. */
const digest: IqHandler = (client, iq) => {
  const { registrationId, identity, signedPreKey, preKeys } = requester(client)
  // Bare 32-byte keys, in the order of the list.
  const hash = createHash('sha1').update(identity).update(signedPreKey.key).update(signedPreKey.signature)
  for (const { key } of preKeys) hash.update(key)
  const content = [
    node('registration', {}, bigEndian(registrationId)),
    node('type', {}, Buffer.from([5])),
    node('identity', {}, identity),
    node('skey', {}, [
      node('id', {}, bigEndian(signedPreKey.id, 3)),
      node('value', {}, signedPreKey.key),
      node('signature', {}, signedPreKey.signature),
    ]),
    node(
      'list',
      {},
      preKeys.map(({ id }) => node('id', {}, bigEndian(id, 3))),
    ),
    node('hash', {}, hash.digest()),
  ]
  result(client, iq, [node('digest', {}, content)])
}

const bundles: IqHandler = (client, iq, step) => {
  const users = children(step, 'user').map((user) => bundle(client, user.attrs.jid ?? ''))
  result(client, iq, [node('list', {}, users)])
}

/** One device's bundle. An unknown device is an error inside its own `<user>`. */
function bundle(client: Client, jid: string): BinaryNode {
  const { world } = client.state
  const address = world.resolve(jid)
  const { user, device = 0 } = address ?? {}
  const source = device === 0 ? user?.device : user?.companions.get(device)
  if (!source || !user?.registered) return node('user', { jid }, [node('error', { code: 404, text: 'item-not-found' })])
  const keys = source.bundle(() => world.stanzaId(), world.seconds)
  const registration = node('registration', {}, bigEndian(keys.registrationId))
  return node('user', { jid, t: world.seconds }, [registration, ...bundleNodes(keys)])
}

/** One-time and signed prekeys: counting, uploading, rotating, fetching. */
export const prekeyHandlers: Record<string, IqHandler> = {
  'encrypt/get/count': count,
  // Clients differ in which of the bundle's parts comes first.
  'encrypt/set/registration': upload,
  'encrypt/set/identity': upload,
  'encrypt/set/rotate': rotate,
  'encrypt/get/digest': digest,
  'encrypt/get/key': bundles,
}

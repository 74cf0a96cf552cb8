import { createCipheriv, createDecipheriv } from 'node:crypto'
import { Curve, derivePairingCodeKey, hkdf } from 'baileys'
import { parseJid } from '../wire/jid.ts'
import { keyPairFrom } from '../wire/keys.ts'
import { type BinaryNode, bytes, child, node, SERVER, text } from '../wire/node.ts'
import { badRequest } from '../world/errors.ts'
import type { Companion, User } from '../world/model.ts'
import type { Client, LinkCode, ServerState } from './context.ts'
import { result } from './iq/answer.ts'
import { link } from './pairing.ts'

const SALT_BYTES = 32
const IV_BYTES = 16
const GCM_IV_BYTES = 12
const GCM_TAG_BYTES = 16

/** A companion shows a pairing code (`companion_hello`), or has been told it was typed (`companion_finish`). */
export async function linkCode(client: Client, iq: BinaryNode, step: BinaryNode): Promise<void> {
  const { state } = client
  const phone = parseJid(step.attrs.jid)?.user ?? ''
  if (step.attrs.stage === 'companion_hello') {
    const ref = state.world.random(`link code ${state.world.stanzaId()}`).bytes(16).toString('base64')
    const wrapped = bytes(child(step, 'link_code_pairing_wrapped_companion_ephemeral_pub'))
    state.linkCodes.set(phone, { ref, client, phone, wrapped })
    const refNode = node('link_code_pairing_ref', {}, Buffer.from(ref))
    result(client, iq, [node('link_code_companion_reg', { stage: 'companion_hello' }, [refNode])])
    return
  }
  result(client, iq)
  const code = state.linkCodes.get(phone)
  if (!code?.shared || code.ref !== text(child(step, 'link_code_pairing_ref'))) return
  state.linkCodes.delete(phone)
  const bundle = bytes(child(step, 'link_code_pairing_wrapped_key_bundle'))
  // Not awaited: linking waits for an answer that comes over this client after this stanza.
  finish(state, code, bundle).then(code.finished?.resolve, code.finished?.reject)
}

/** The person types the code on the phone. Resolves when the device is linked; 400 where no code waits. */
export async function enterCode(state: ServerState, user: User, typed: string): Promise<Companion> {
  const code = state.linkCodes.get(user.phone)
  if (!code) throw badRequest(`no pairing code waits for ${user.phone}`)
  const clean = typed.replace(/[^0-9A-Za-z]/g, '').toUpperCase()
  const { wrapped } = code
  const companionKey = await derivePairingCodeKey(clean, wrapped.subarray(0, SALT_BYTES))
  const iv = wrapped.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES)
  const companionEphemeral = ctr(createDecipheriv, wrapped.subarray(SALT_BYTES + IV_BYTES), companionKey, iv)
  const random = state.world.random(`enter code ${state.world.stanzaId()}`)
  const ephemeral = keyPairFrom(random.bytes(32))
  const salt = random.bytes(SALT_BYTES)
  const ownIv = random.bytes(IV_BYTES)
  const sealed = ctr(createCipheriv, ephemeral.public, await derivePairingCodeKey(clean, salt), ownIv)
  code.shared = Buffer.from(Curve.sharedKey(ephemeral.private, companionEphemeral))
  code.finished?.reject(badRequest('the code was typed again'))
  const linked = new Promise<Companion>((resolve, reject) => {
    code.finished = { resolve, reject }
  })
  const attrs = { id: state.world.stanzaId(), from: SERVER, type: 'link_code_companion_reg', t: state.world.seconds }
  const hello = node('link_code_companion_reg', { stage: 'primary_hello' }, [
    node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, Buffer.concat([salt, ownIv, sealed])),
    node('primary_identity_pub', {}, user.device.identity.public),
    node('link_code_pairing_ref', {}, Buffer.from(code.ref)),
  ])
  code.client.send(node('notification', attrs, [hello]))
  return linked
}

/** Opens the companion's key bundle, which only one who knows the code can have sealed, and links the device. */
async function finish(state: ServerState, code: LinkCode, bundle: Buffer): Promise<Companion> {
  const shared = code.shared ?? Buffer.alloc(32)
  const user = state.world.phone(code.phone)
  const salt = bundle.subarray(0, SALT_BYTES)
  const iv = bundle.subarray(SALT_BYTES, SALT_BYTES + GCM_IV_BYTES)
  const sealed = bundle.subarray(SALT_BYTES + GCM_IV_BYTES)
  const key = hkdf(shared, 32, { salt, info: 'link_code_pairing_key_bundle_encryption_key' })
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAuthTag(sealed.subarray(-GCM_TAG_BYTES))
  let plain: Buffer
  try {
    plain = Buffer.concat([decipher.update(sealed.subarray(0, -GCM_TAG_BYTES)), decipher.final()])
  } catch {
    throw badRequest('the code is wrong')
  }
  const companionIdentity = plain.subarray(0, 32)
  const secret = plain.subarray(64, 96)
  const identityShared = Buffer.from(Curve.sharedKey(user.device.identity.private, companionIdentity))
  const advSecret = hkdf(Buffer.concat([shared, identityShared, secret]), 32, { info: 'adv_secret' })
  return link(state, user, code.client, Buffer.from(advSecret))
}

function ctr(
  direction: typeof createCipheriv | typeof createDecipheriv,
  data: Uint8Array,
  key: Uint8Array,
  iv: Uint8Array,
): Buffer {
  const stream = direction('aes-256-ctr', key, iv)
  return Buffer.concat([stream.update(data), stream.final()])
}

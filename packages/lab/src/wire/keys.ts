import { createHash, createPrivateKey, createPublicKey, type KeyObject, verify as verifyEd25519 } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { Curve, type KeyPair } from 'baileys'

const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')
const SIGNAL_KEY_TYPE = Buffer.from([5])

/** The X25519 key pair whose private half is `secret` (32 bytes, clamped here). Public half without type byte. */
export function keyPairFrom(secret: Uint8Array): KeyPair {
  const scalar = Buffer.from(secret)
  scalar[0] = (scalar[0] ?? 0) & 248
  scalar[31] = ((scalar[31] ?? 0) & 127) | 64
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_X25519, scalar]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { private: scalar, public: Buffer.from(spki.subarray(-32)) }
}

/** A public key as Signal structures carry it: 33 bytes, the first of them the key type 5. */
export function signalKey(key: Uint8Array): Buffer {
  return key.length === 33 ? Buffer.from(key) : Buffer.concat([SIGNAL_KEY_TYPE, key])
}

/**
 * Whether `signature` is the XEdDSA signature (https://signal.org/docs/specifications/xeddsa/) of `message` by the holder of
 * `publicKey` (32 bytes, or 33 with the type byte). Never throws. By OpenSSL: libsignal takes ten milliseconds for it, at each
 * phone for each message to a group, and Baileys' `Curve.verify` lets wrong signatures pass.
 */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || (publicKey.length !== 32 && publicKey.length !== 33)) return false
  const ours = Buffer.from(signature)
  const last = ours[63] ?? 0
  ours[63] = last & 127
  const key = edwardsKey(publicKey.subarray(-32), last & 128)
  return key !== undefined && verifyEd25519(null, message, key, ours)
}

/** The Ed25519 key `y = (u - 1) / (u + 1)` of a Curve25519 key `u`; undefined for one that is no key. */
function edwardsKey(publicKey: Uint8Array, signBit: number): KeyObject | undefined {
  const { Fp } = ed25519.Point
  try {
    const u = Fp.fromBytes(publicKey)
    const y = Buffer.from(Fp.toBytes(Fp.div(Fp.sub(u, Fp.ONE), Fp.add(u, Fp.ONE))))
    y[31] = (y[31] ?? 0) | signBit
    return createPublicKey({ key: Buffer.concat([SPKI_ED25519, y]), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

/** XEdDSA signature (64 bytes) of `message`. The same input gives the same signature. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Buffer {
  return Buffer.from(Curve.sign(Buffer.from(privateKey), Buffer.from(message)))
}

/** SHA-256 of all `parts`, one after another. */
export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { Curve, type KeyPair } from 'baileys'

const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')
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

/** Whether `signature` is the XEdDSA signature of `message` by the holder of `publicKey`. Never throws. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return Curve.verify(Buffer.from(publicKey), Buffer.from(message), Buffer.from(signature))
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

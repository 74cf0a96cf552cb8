import { createHash, randomBytes } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { curve25519, fromLittleEndian, toLittleEndian } from './curve25519.ts'

const { Point } = ed25519
const ORDER = Point.Fn.ORDER
/** `hash_1` of the specification begins with 2^256 - 2, so that no other hash has the same input. */
const NONCE_PREFIX = Buffer.from(`fe${'ff'.repeat(31)}`, 'hex')

type Sign = typeof curve25519.sign

/** libsignal's own signatures, to compare with. */
export const signInJavaScript: Sign = curve25519.sign

/**
 * The XEdDSA signature (64 bytes, https://signal.org/docs/specifications/xeddsa/) of `message` with the Curve25519 private
 * key of 32 bytes. libsignal makes it in some five milliseconds without tables for the base point: for every message to a
 * group. OpenSSL cannot, since its Ed25519 signs with a seed and not with a scalar.
 */
export function signXeddsa(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  if (privateKey.length !== 32) return signInJavaScript(privateKey, message)
  const clamped = Buffer.from(privateKey)
  clamped[0] = (clamped[0] ?? 0) & 0xf8
  clamped[31] = ((clamped[31] ?? 0) & 0x7f) | 0x40
  const scalar = fromLittleEndian(clamped) % ORDER
  const publicKey = Point.BASE.multiply(scalar).toBytes()
  // The key with the sign bit 0 is the one that everybody computes from the Curve25519 key.
  const isNegative = ((publicKey[31] ?? 0) & 0x80) !== 0
  const secret = isNegative ? ORDER - scalar : scalar
  publicKey[31] = (publicKey[31] ?? 0) & 0x7f
  const nonce = hash(NONCE_PREFIX, toLittleEndian(secret), message, randomBytes(64))
  const commitment = Point.BASE.multiply(nonce).toBytes()
  const challenge = hash(commitment, publicKey, message)
  return Buffer.concat([commitment, toLittleEndian((nonce + challenge * secret) % ORDER)])
}

/** Makes libsignal, and Baileys through it, sign with `sign`. */
export function installFastSign(sign: Sign = signXeddsa): void {
  curve25519.sign = sign
}

function hash(...parts: Uint8Array[]): bigint {
  const digest = createHash('sha512')
  for (const part of parts) digest.update(part)
  return fromLittleEndian(digest.digest()) % ORDER
}

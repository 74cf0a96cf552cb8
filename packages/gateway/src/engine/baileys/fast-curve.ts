import { createPublicKey, type KeyObject, verify as verifyEd25519 } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { Curve } from 'baileys'
import { curve25519, fromLittleEndian, toLittleEndian } from './curve25519.ts'

/**
 * XEdDSA signatures (https://signal.org/docs/specifications/xeddsa/) verified by OpenSSL. A Curve25519 public key `u`
 * is the Ed25519 key `y = (u - 1) / (u + 1)` with the sign bit that XEdDSA keeps in the signature's last byte.
 * libsignal does the same in JavaScript on the main thread, some ten milliseconds each: at every group message and,
 * twice, at every login.
 */
type Verify = typeof curve25519.verify

const { Fp } = ed25519.Point
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const KEYS_KEPT = 4096
const SIGNATURES_KEPT = 64

const keys = new Map<string, KeyObject>()

const slowVerify = curve25519.verify

/**
 * Whether `signature` (64 bytes) over `message` was made with the private key of the Curve25519 key `publicKey` (32
 * bytes). As the specification demands and libsignal does not, a signature whose scalar is not reduced is refused.
 */
export function verifyXeddsa(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const signBit = (signature[63] ?? 0) & 0x80
  const key = signature.length === 64 && publicKey.length === 32 ? edwardsKey(publicKey, signBit) : undefined
  if (!key) return slowVerify(publicKey, message, signature)
  const ed25519 = Buffer.from(signature)
  ed25519[63] = (ed25519[63] ?? 0) & 0x7f
  return verifyEd25519(null, message, key, ed25519)
}

/** Undefined for `u = -1`, which has no image. */
function edwardsKey(publicKey: Uint8Array, signBit: number): KeyObject | undefined {
  const id = `${Buffer.from(publicKey).toString('latin1')}${signBit}`
  const known = keys.get(id)
  if (known) return known
  const u = Fp.create(fromLittleEndian(publicKey) & (2n ** 255n - 1n))
  const divisor = Fp.add(u, Fp.ONE)
  if (Fp.is0(divisor)) return undefined
  const encoded = toLittleEndian(Fp.div(Fp.sub(u, Fp.ONE), divisor))
  encoded[31] = (encoded[31] ?? 0) | signBit
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, encoded]), format: 'der', type: 'spki' })
  if (keys.size >= KEYS_KEPT) keys.clear()
  keys.set(id, key)
  return key
}

/** libsignal's own verification, to compare with. */
export const verifyInJavaScript: Verify = slowVerify

/**
 * Makes libsignal and Baileys verify by OpenSSL. `Curve.verify` of Baileys takes any signature that does not throw for
 * a good one (libsignal answers `false`, Baileys looks for an exception), which is mended here as well; good answers
 * for the certificates that every login shows again are remembered.
 */
export function installFastCurve(): void {
  curve25519.verify = verifyXeddsa
  const good = new Set<string>()
  Curve.verify = (publicKey, message, signature) => {
    const key = publicKey.length === 33 ? publicKey.subarray(1) : publicKey
    if (key.length !== 32 || signature.length !== 64) return false
    const id = [key, message, signature].map((part) => Buffer.from(part).toString('latin1')).join('\n')
    if (good.has(id)) return true
    if (!verifyXeddsa(key, message, signature)) return false
    if (good.size >= SIGNATURES_KEPT) good.clear()
    good.add(id)
    return true
  }
}

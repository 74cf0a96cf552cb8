import { createRequire } from 'node:module'

interface Curve25519 {
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

const requireHere = createRequire(import.meta.url)

/** The module by which libsignal signs and verifies; its exports are looked up at each call, so they can be replaced at any time. */
export const curve25519: Curve25519 = createRequire(requireHere.resolve('libsignal'))('curve25519-js')

/** The number that bytes in little-endian order stand for. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

/** 32 bytes in little-endian order. */
export function toLittleEndian(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()
}

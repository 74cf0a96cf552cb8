import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import { createRequire } from 'node:module'

/**
 * libsignal gives its keys to node:crypto as bytes. Node then asks whether they are a key object by trying and catching,
 * twice a call, and takes two stack traces for it: 15 of 17 microseconds. A message takes some twenty such calls, so
 * libsignal is given the same functions with key objects made at once. What is no buffer goes the way it always went,
 * to libsignal's own complaints.
 */
export interface SignalCrypto {
  deriveSecrets(input: Buffer, salt: Buffer, info: Buffer, chunks?: number): Buffer[]
  encrypt(key: Buffer, data: Buffer, iv: Buffer): Buffer
  decrypt(key: Buffer, data: Buffer, iv: Buffer): Buffer
  calculateMAC(key: Buffer, data: Buffer): Buffer
  verifyMAC(data: Buffer, key: Buffer, mac: Buffer, length: number): void
}

const BLOCK = 32

/** The module whose functions libsignal looks up at each call. */
const libsignalCrypto: SignalCrypto = createRequire(import.meta.url)('libsignal/src/crypto.js')

/** As libsignal has them. */
export const slowCrypto: SignalCrypto = { ...libsignalCrypto }

export const fastCrypto: SignalCrypto = {
  /** HKDF (RFC 5869) with SHA-256: the first `chunks` blocks of 32 bytes, three by default. */
  deriveSecrets(input, salt, info, chunks = 3) {
    if (!areBuffers(input, salt, info) || salt.byteLength !== BLOCK || chunks < 1 || chunks > 3) {
      return slowCrypto.deriveSecrets(input, salt, info, chunks)
    }
    const derived = Buffer.from(hkdfSync('sha256', createSecretKey(input), salt, info, BLOCK * chunks))
    return Array.from({ length: chunks }, (_, n) => derived.subarray(n * BLOCK, (n + 1) * BLOCK))
  },

  encrypt(key, data, iv) {
    if (!areBuffers(key, data, iv)) return slowCrypto.encrypt(key, data, iv)
    const cipher = createCipheriv('aes-256-cbc', createSecretKey(key), iv)
    return Buffer.concat([cipher.update(data), cipher.final()])
  },

  decrypt(key, data, iv) {
    if (!areBuffers(key, data, iv)) return slowCrypto.decrypt(key, data, iv)
    const decipher = createDecipheriv('aes-256-cbc', createSecretKey(key), iv)
    return Buffer.concat([decipher.update(data), decipher.final()])
  },

  calculateMAC(key, data) {
    if (!areBuffers(key, data)) return slowCrypto.calculateMAC(key, data)
    return createHmac('sha256', createSecretKey(key)).update(data).digest()
  },

  verifyMAC(data, key, mac, length) {
    const calculated = fastCrypto.calculateMAC(key, data).subarray(0, length)
    if (mac.length !== length || calculated.length !== length) throw new Error('Bad MAC length')
    if (!mac.equals(calculated)) throw new Error('Bad MAC')
  },
}

/** Gives libsignal the fast functions. */
export function installFastSymmetric(): void {
  Object.assign(libsignalCrypto, fastCrypto)
}

function areBuffers(...values: unknown[]): boolean {
  return values.every((value) => Buffer.isBuffer(value))
}

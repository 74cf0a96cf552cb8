import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { Curve } from 'baileys'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyInJavaScript, verifyXeddsa } from './fast-curve.ts'
import { installFastSign, signInJavaScript, signXeddsa } from './fast-sign.ts'

describe('XEdDSA signatures', () => {
  test('are good ones to libsignal and to OpenSSL, for any key and any length, and for nothing else', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 300 }), fc.nat(511), (seed, message, bit) => {
        const privateKey = Buffer.from(seed)
        const publicKey = publicOf(privateKey)
        const signature = signXeddsa(privateKey, message)
        expect(signature).toHaveLength(64)
        expect(verifyInJavaScript(publicKey, message, signature)).toBe(true)
        expect(verifyXeddsa(publicKey, message, signature)).toBe(true)
        const changed = Buffer.from(signature)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(verifyXeddsa(publicKey, message, changed)).toBe(false)
        expect(verifyXeddsa(publicKey, Buffer.concat([message, Buffer.of(0)]), signature)).toBe(false)
      }),
      { numRuns: 25 },
    )
  })

  test('of one message are never the same: each has a nonce of its own', () => {
    const { private: key } = Curve.generateKeyPair()
    const message = randomBytes(40)
    expect(signXeddsa(key, message)).not.toEqual(signXeddsa(key, message))
  })

  test('with a key of another length are left to libsignal, which throws', () => {
    expect(() => signXeddsa(randomBytes(31), randomBytes(40))).toThrow('length')
  })
})

describe('once installed', () => {
  beforeAll(() => installFastSign())
  afterAll(() => installFastSign(signInJavaScript))

  test('Baileys signs with it, far quicker than libsignal', () => {
    const { private: key, public: publicKey } = Curve.generateKeyPair()
    const message = randomBytes(100)
    expect(verifyInJavaScript(publicKey, message, Buffer.from(Curve.sign(key, message)))).toBe(true)
    const quick = timeOf(() => Curve.sign(key, message))
    const slow = timeOf(() => signInJavaScript(key, message))
    expect(quick).toBeLessThan(slow / 2)
  })
})

/** The least of several times, which other processes on the machine disturb least. */
function timeOf(work: () => void): number {
  const times = Array.from({ length: 12 }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return Math.min(...times)
}

/** The Curve25519 public key, by OpenSSL. */
function publicOf(privateKey: Uint8Array): Uint8Array {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
  const key = createPrivateKey({ key: Buffer.concat([prefix, privateKey]), format: 'der', type: 'pkcs8' })
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

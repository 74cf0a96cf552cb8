import { randomBytes } from 'node:crypto'
import { Curve } from 'baileys'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { installFastCurve, verifyInJavaScript, verifyXeddsa } from './fast-curve.ts'

/** The order of the base point, which a signature's scalar must stay below. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function signed(size = 40) {
  const pair = Curve.generateKeyPair()
  const message = randomBytes(size)
  return { key: pair.public, message, signature: Buffer.from(Curve.sign(pair.private, message)) }
}

describe('XEdDSA by OpenSSL', () => {
  test('agrees with libsignal on good signatures of any length', () => {
    for (const size of [0, 1, 31, 32, 64, 200, 1000]) {
      const { key, message, signature } = signed(size)
      expect(verifyXeddsa(key, message, signature)).toBe(true)
      expect(verifyInJavaScript(key, message, signature)).toBe(true)
    }
  })

  test('agrees with libsignal where one bit of key, message or signature is another', () => {
    const vectors = Array.from({ length: 4 }, () => signed())
    const vector = fc.integer({ min: 0, max: 3 })
    const part = fc.constantFrom('key', 'message', 'signature')
    fc.assert(
      fc.property(vector, part, fc.nat(511), (index, name, position) => {
        const changed = { ...vectors[index]! }
        const bytes = Buffer.from(changed[name])
        const at = position % (bytes.length * 8)
        bytes[at >> 3]! ^= 1 << (at & 7)
        changed[name] = bytes
        const { key, message, signature } = changed
        // The scalar beyond the order is where the two may differ; that is a test of its own.
        const scalar = Buffer.from(signature.subarray(32))
        scalar[31]! &= 0x7f
        fc.pre(littleEndian(scalar) < ORDER)
        expect(verifyXeddsa(key, message, signature)).toBe(verifyInJavaScript(key, message, signature))
      }),
      { numRuns: 60 },
    )
  })

  test('agrees with libsignal on random bytes', () => {
    for (let n = 0; n < 10; n += 1) {
      const [key, message, signature] = [randomBytes(32), randomBytes(20), randomBytes(64)]
      expect(verifyXeddsa(key, message, signature)).toBe(false)
      expect(verifyInJavaScript(key, message, signature)).toBe(false)
    }
  })

  test('refuses a scalar that is not reduced, as the specification demands', () => {
    const { key, message, signature } = signed()
    const scalar = Buffer.from(signature.subarray(32))
    const signBit = scalar[31]! & 0x80
    scalar[31]! &= 0x7f
    const longer = Buffer.from((littleEndian(scalar) + ORDER).toString(16).padStart(64, '0'), 'hex').reverse()
    longer[31]! |= signBit
    expect(verifyXeddsa(key, message, Buffer.concat([signature.subarray(0, 32), longer]))).toBe(false)
  })

  test('leaves odd lengths to libsignal, which throws', () => {
    const { key, message, signature } = signed()
    expect(() => verifyXeddsa(key, message, signature.subarray(1))).toThrow()
    expect(() => verifyXeddsa(key.subarray(1), message, signature)).toThrow()
  })
})

describe('Curve.verify', () => {
  test('of a stock Baileys takes any signature', () => {
    const { key, message } = signed()
    expect(Curve.verify(key, message, randomBytes(64))).toBe(true)
  })

  describe('with us', () => {
    beforeAll(installFastCurve)

    test('takes good ones, with and without the key type before the key, again and again', () => {
      const { key, message, signature } = signed()
      const typed = Buffer.concat([Buffer.from([5]), key])
      for (let n = 0; n < 3; n += 1) {
        expect(Curve.verify(key, message, signature)).toBe(true)
        expect(Curve.verify(typed, message, signature)).toBe(true)
      }
    })

    test('refuses bad ones, also after the good one was seen', () => {
      const { key, message, signature } = signed()
      expect(Curve.verify(key, message, signature)).toBe(true)
      expect(Curve.verify(key, Buffer.concat([message, message]), signature)).toBe(false)
      expect(Curve.verify(signed().key, message, signature)).toBe(false)
      expect(Curve.verify(key, message, randomBytes(64))).toBe(false)
      expect(Curve.verify(key, message, signature.subarray(1))).toBe(false)
    })
  })
})

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fastCrypto, type SignalCrypto, slowCrypto } from './fast-symmetric.ts'

const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array))

/** What a function answers, or the complaint it throws. */
function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return (error as Error).message
  }
}

function same(run: (crypto: SignalCrypto) => unknown): void {
  expect(outcome(() => run(fastCrypto))).toEqual(outcome(() => run(slowCrypto)))
}

describe('libsignal’s symmetric functions with key objects', () => {
  test('derive the same secrets', () => {
    fc.assert(
      fc.property(
        bytes(1, 200),
        bytes(32),
        bytes(0, 40),
        fc.constantFrom(undefined, 1, 2, 3),
        (input, salt, info, n) => {
          same((crypto) => crypto.deriveSecrets(input, salt, info, n))
        },
      ),
    )
  })

  test('encrypt and decrypt the same', () => {
    fc.assert(
      fc.property(bytes(32), bytes(0, 100), bytes(16), (key, data, iv) => {
        same((crypto) => crypto.encrypt(key, data, iv))
        const encrypted = slowCrypto.encrypt(key, data, iv)
        expect(fastCrypto.decrypt(key, encrypted, iv)).toEqual(data)
        same((crypto) => crypto.decrypt(key, data, iv))
      }),
    )
  })

  test('authenticate the same, and refuse the same', () => {
    fc.assert(
      fc.property(bytes(0, 64), bytes(0, 100), fc.nat(7), (key, data, position) => {
        same((crypto) => crypto.calculateMAC(key, data))
        const mac = slowCrypto.calculateMAC(key, data).subarray(0, 8)
        fastCrypto.verifyMAC(data, key, mac, 8)
        const wrong = Buffer.from(mac)
        wrong[position]! ^= 1
        expect(() => fastCrypto.verifyMAC(data, key, wrong, 8)).toThrow('Bad MAC')
        same((crypto) => crypto.verifyMAC(data, key, mac.subarray(1), 8))
      }),
    )
  })

  test('complain of the same', () => {
    const key = randomBytes(32)
    const array = new Uint8Array(32) as Buffer
    same((crypto) => crypto.encrypt(randomBytes(31), key, randomBytes(16)))
    same((crypto) => crypto.encrypt(key, array, randomBytes(16)))
    same((crypto) => crypto.calculateMAC(array, key))
    same((crypto) => crypto.deriveSecrets(key, randomBytes(31), key))
    same((crypto) => crypto.deriveSecrets(key, key, key, 4))
    same((crypto) => crypto.decrypt(key, randomBytes(16), randomBytes(15)))
  })
})

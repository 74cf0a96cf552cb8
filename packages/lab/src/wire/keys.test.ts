import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyPairFrom, sign, signalKey, verify } from './keys.ts'

const MESSAGE = Buffer.from('a message')

test('a signature is its holder’s, with and without the type byte, whatever the key', () => {
  for (let n = 0; n < 20; n += 1) {
    const pair = keyPairFrom(randomBytes(32))
    const signature = sign(pair.private, MESSAGE)
    expect(verify(pair.public, MESSAGE, signature)).toBe(true)
    expect(verify(signalKey(pair.public), MESSAGE, signature)).toBe(true)
    expect(verify(keyPairFrom(randomBytes(32)).public, MESSAGE, signature)).toBe(false)
  }
})

test('one bit less and it is not', () => {
  const pair = keyPairFrom(randomBytes(32))
  const signature = sign(pair.private, MESSAGE)
  for (let bit = 0; bit < 512; bit += 7) {
    const wrong = Buffer.from(signature)
    wrong[bit >> 3]! ^= 1 << (bit & 7)
    expect(verify(pair.public, MESSAGE, wrong)).toBe(false)
  }
})

test('what is no key or no signature is refused without an error', () => {
  const pair = keyPairFrom(randomBytes(32))
  const signature = sign(pair.private, MESSAGE)
  for (const key of [
    Buffer.alloc(0),
    Buffer.alloc(32),
    Buffer.alloc(32, 255),
    Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex'),
  ]) {
    expect(verify(key, MESSAGE, signature)).toBe(false)
  }
  for (const wrong of [Buffer.alloc(0), Buffer.alloc(64), signature.subarray(1)]) {
    expect(verify(pair.public, MESSAGE, wrong)).toBe(false)
  }
})

import * as node from 'node:crypto'
import { createRequire } from 'node:module'
import { aesDecryptGCM, aesEncryptGCM } from 'baileys'
import { expect, test } from 'vitest'
import { installFastFrames } from './fast-frames.ts'

const [key, iv, aad] = [node.randomBytes(32), Buffer.alloc(12, 7), Buffer.from('header')]
const text = Buffer.from('a frame of some length')

test('frames are the same as before, and bad ones are still refused', () => {
  const before = aesEncryptGCM(text, key, iv, aad)
  const create = node.createCipheriv
  installFastFrames()
  installFastFrames()
  // Baileys has the new ones: its import is Node's own name.
  expect(createRequire(import.meta.url)('node:crypto').createCipheriv).not.toBe(create)
  const after = aesEncryptGCM(text, key, iv, aad)
  expect(after.equals(before)).toBe(true)
  expect(aesDecryptGCM(before, key, iv, aad)).toEqual(text)
  before[0] = (before[0] ?? 0) ^ 1
  expect(() => aesDecryptGCM(before, key, iv, aad)).toThrow()
  expect(() => aesEncryptGCM(text, key.subarray(1), iv, aad)).toThrow('Invalid key length')
})

test('other ciphers are as they were', () => {
  installFastFrames()
  const cipher = node.createCipheriv('aes-256-cbc', key, Buffer.alloc(16))
  expect(Buffer.concat([cipher.update(text), cipher.final()])).toHaveLength(32)
  expect(() => node.createCipheriv('aes-256-gcm', 'short', iv)).toThrow('Invalid key length')
})

import { expect, test } from 'vitest'
import { isSessionName, newId } from './ids.ts'

test('ids are unique, sorted by time and named by kind', () => {
  const ids = Array.from({ length: 20_000 }, () => newId('msg'))
  expect(new Set(ids).size).toBe(ids.length)
  expect([...ids].sort()).toEqual(ids)
  expect(ids.every((id) => /^msg_[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true)
})

test.each(['shop', 'BLIPCOM', 'a', '0-1_2', 'x'.repeat(64)])('%s may name a session', (name) => {
  expect(isSessionName(name)).toBe(true)
})

test.each(['', '-a', '_a', 'a b', 'a/b', '../a', 'a\n', 'ä', 'x'.repeat(65)])('%j may not', (name) => {
  expect(isSessionName(name)).toBe(false)
})

import { expect, test } from 'vitest'
import { excerptOf } from './excerpt.ts'

const endpoint = {
  secret: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=',
  previousSecret: { secret: 'old-secret-of-it', until: 0 },
  headers: { 'x-token': 'token-of-the-shop', 'x-short': 'ok' },
}
const shown = (text: string, most = 4096) => excerptOf(Buffer.from(text), endpoint, most)

test('what is kept of an answer has none of the secrets that it repeats', () => {
  const echoed = `${endpoint.secret} old-secret-of-it token-of-the-shop Bearer abcdefgh.ijkl kur_01ABCDEF_secretsecret ok`
  expect(shown(echoed)).toBe('******** ******** ******** Bearer ******** kur_******** ok')
})

test('it is bounded by bytes, cuts no character in two, and has nothing that a database refuses', () => {
  expect(shown('é'.repeat(10), 5)).toBe('éé')
  expect(shown('a\u0000b')).toBe('ab')
  expect(shown('')).toBeNull()
})

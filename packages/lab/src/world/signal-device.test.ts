import { expect, test } from 'vitest'
import { SeededRandom } from './random.ts'
import { SignalDevice } from './signal-device.ts'

const A = { lid: '100', device: 0 }
const B = { lid: '200', device: 0 }

async function pair() {
  const [a, b] = [new SignalDevice(new SeededRandom('a')), new SignalDevice(new SeededRandom('b'))]
  await a.startSession(B, b.bundle())
  return { a, b }
}

test('the same seed gives the same keys, another seed others', () => {
  const [one, same, other] = ['x', 'x', 'y'].map((seed) => new SignalDevice(new SeededRandom(seed)).bundle())
  expect(same).toEqual(one)
  expect(other?.identity).not.toEqual(one?.identity)
})

test('a session opens with pkmsg and goes on with msg once it is answered', async () => {
  const { a, b } = await pair()
  const first = await a.encrypt(B, { conversation: 'one' })
  expect(first.type).toBe('pkmsg')
  expect((await b.decrypt(A, first)).conversation).toBe('one')
  const answer = await b.encrypt(A, { conversation: 'two' })
  expect(answer.type).toBe('msg')
  expect((await a.decrypt(B, answer)).conversation).toBe('two')
  expect((await a.encrypt(B, { conversation: 'three' })).type).toBe('msg')
})

test('a copy can be read once, and failing leaves the session as it was', async () => {
  const { a, b } = await pair()
  await b.decrypt(A, await a.encrypt(B, { conversation: 'one' }))
  await a.decrypt(B, await b.encrypt(A, { conversation: 'two' }))
  const copy = await a.encrypt(B, { conversation: 'three' })
  const broken = { ...copy, data: Buffer.from(copy.data) }
  broken.data[copy.data.length - 1]! ^= 1
  await expect(b.decrypt(A, broken)).rejects.toThrow()
  expect((await b.decrypt(A, copy)).conversation).toBe('three')
  await expect(b.decrypt(A, copy)).rejects.toThrow()
})

test('a new bundle replaces the session, late messages of the old one are still read', async () => {
  const { a, b } = await pair()
  await b.decrypt(A, await a.encrypt(B, { conversation: 'one' }))
  await a.decrypt(B, await b.encrypt(A, { conversation: 'two' }))
  const late = await a.encrypt(B, { conversation: 'late' })
  await a.startSession(B, b.bundle())
  const fresh = await a.encrypt(B, { conversation: 'fresh' })
  expect(fresh.type).toBe('pkmsg')
  expect((await b.decrypt(A, fresh)).conversation).toBe('fresh')
  expect((await b.decrypt(A, late)).conversation).toBe('late')
})

test('a one-time prekey opens one session', async () => {
  const [b, c] = [new SignalDevice(new SeededRandom('b')), new SignalDevice(new SeededRandom('c'))]
  const bundle = b.bundle()
  const a = new SignalDevice(new SeededRandom('a'))
  await a.startSession(B, bundle)
  await c.startSession(B, bundle)
  await b.decrypt(A, await a.encrypt(B, { conversation: 'first' }))
  await expect(b.decrypt({ lid: '300', device: 0 }, await c.encrypt(B, { conversation: 'second' }))).rejects.toThrow()
})

test('group messages are read with the sender key, not without, not after it was changed', async () => {
  const { a, b } = await pair()
  const group = '1@g.us'
  const early = await a.encryptGroup(group, { conversation: 'before the key' })
  await expect(b.decryptGroup(group, A, early.data)).rejects.toThrow()
  await b.decrypt(A, await a.encrypt(B, await a.senderKeyFor(group)))
  const copy = await a.encryptGroup(group, { conversation: 'hello all' })
  expect((await b.decryptGroup(group, A, copy.data)).conversation).toBe('hello all')
  await expect(b.decryptGroup(group, A, copy.data)).rejects.toThrow()
  a.rotateSenderKey(group)
  const changed = await a.encryptGroup(group, { conversation: 'after' })
  await expect(b.decryptGroup(group, A, changed.data)).rejects.toThrow()
})

test('a sender key is given to each peer once, until it changes', async () => {
  const { a } = await pair()
  expect([await a.givesSenderKey('g', B), await a.givesSenderKey('g', B)]).toEqual([true, false])
  a.rotateSenderKey('g')
  expect(await a.givesSenderKey('g', B)).toBe(true)
})

test('nothing is printed about sessions', async () => {
  const said: unknown[] = []
  const levels = ['log', 'info', 'warn', 'error'] as const
  const before = levels.map((level) => console[level])
  for (const level of levels) console[level] = (...words: unknown[]) => said.push(words)
  const { a, b } = await pair()
  const copy = await a.encrypt(B, { conversation: 'x' })
  await b.decrypt(A, copy)
  await a.startSession(B, b.bundle())
  await b.decrypt(A, await a.encrypt(B, { conversation: 'y' }))
  await b.decrypt(A, { type: 'msg', data: Buffer.alloc(60, 51) }).catch(() => undefined)
  levels.forEach((level, index) => {
    console[level] = before[index] ?? console[level]
  })
  expect(said).toEqual([])
})

test('a group copy that its author did not sign is refused, and the right one is still read', async () => {
  const group = '120363000000000001@g.us'
  const { a, b } = await pair()
  await b.decrypt(A, await a.encrypt(B, await a.senderKeyFor(group)))
  const { data } = await a.encryptGroup(group, { conversation: 'to all' })
  const forged = Buffer.from(data)
  forged[data.length - 70]! ^= 1
  await expect(b.decryptGroup(group, A, forged)).rejects.toThrow('author')
  expect((await b.decryptGroup(group, A, data)).conversation).toBe('to all')
  await expect(b.decryptGroup(group, A, data)).rejects.toThrow()
})

import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DialectWorld, REGISTERED } from '../test/world.ts'
import { sessions } from './dialect.ts'

let world: DialectWorld
let key: string
beforeAll(async () => {
  world = await DialectWorld.open([sessions])
  const shown = await world.key('sessions')
  key = 'key' in shown ? shown.key : ''
})
afterAll(() => world.close())

/** A file of its own for every number. */
async function sendPdf(number: number, headers: Record<string, string> = {}) {
  const body = new FormData()
  body.set('to', REGISTERED)
  body.set('media', new Blob([`%PDF-1.4\n% ${number}\n`]), 'list.pdf')
  const path = '/api/sessions/shop/send-media'
  const answer = await world.call({ method: 'POST', path, body, headers: { 'x-api-key': key, ...headers } })
  return { status: answer.status, body: JSON.parse(answer.text) }
}

async function storedFiles(): Promise<number> {
  const entries = await readdir(world.http.rig.dataDir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}/.test(entry.name)).length
}

test('by an Idempotency-Key a file is sent once, and another file is another request', async () => {
  const headers = { 'idempotency-key': 'k' }
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendPdf(1, headers)))
  expect(answers[0]).toMatchObject({ status: 200, body: { message: 'Media sent successfully' } })
  expect(new Set(answers.map(({ body }) => body.messageId)).size).toBe(1)
  expect(await sendPdf(2, headers)).toMatchObject({ status: 409, body: { success: false, error: 'Conflict' } })
  expect(await world.sent()).toBe(1)
  // The copies of the repetitions and the refused file are not kept.
  expect(await storedFiles()).toBe(1)
})

test('a file that was not sent in time is kept, and goes out', async () => {
  const account = world.http.rig.account(await world.http.rig.session('shop'))
  account.answer = () => ({ kind: 'withhold' })
  const kept = await storedFiles()
  expect(await sendPdf(3)).toMatchObject({ status: 504, body: { error: 'Gateway Timeout' } })
  expect(await storedFiles()).toBe(kept + 1)
  account.answer = () => ({ kind: 'ack' })
  account.connection.release(account.attempted.at(-1)?.waId ?? '')
})

test('over 50 MB: 413, and nothing is kept', async () => {
  const kept = await storedFiles()
  const body = new FormData()
  body.set('media', new Blob([Buffer.alloc(50 * 1024 * 1024 + 1)]), 'large.mp4')
  const path = '/api/sessions/shop/send-media'
  const answer = await world.call({ method: 'POST', path, body, headers: { 'x-api-key': key } })
  expect(answer).toMatchObject({ status: 413 })
  expect(JSON.parse(answer.text)).toMatchObject({ success: false, error: 'Payload Too Large' })
  expect(await storedFiles()).toBe(kept)
})

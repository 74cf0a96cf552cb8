import type { WASocket } from 'baileys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { control, eventually, pair } from './baileys-client.ts'

const ME = '6281500000001'
const BOB = '6281500000002'
const EVE = '6281500000003'

interface Traffic {
  id: string
  sent: number
  failed: number
  done: boolean
  ids: string[]
}

let lab: Lab
let sock: WASocket
const received: { id: string | null | undefined; text: string | null | undefined }[] = []

beforeAll(async () => {
  lab = await startLab()
  for (const phone of [ME, BOB, EVE]) await control(lab, 'POST', '/phones', { phone })
  ;({ sock } = await pair(lab, ME))
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const { key, message } of messages) received.push({ id: key.id, text: message?.conversation })
  })
})
afterAll(async () => {
  sock.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

test('bulk makes many phones at once, each ready to be written to', async () => {
  const { created, phones } = await control<{ created: number; phones: string[] }>(lab, 'POST', '/bulk', {
    phones: 2000,
    prefix: '62899',
  })
  expect([created, new Set(phones).size, phones[0], phones.at(-1)]).toEqual([2000, 2000, '6289900000', '6289901999'])
  expect(new Set(phones.map((phone) => lab.world.phone(phone).lid)).size).toBe(2000)
  await sock.sendMessage(`${phones[1234]}@s.whatsapp.net`, { text: 'hi' })
  await eventually(() => lab.world.phone(phones[1234]!).inbox[0]?.text === 'hi')
  const again = await control<{ created: number }>(lab, 'POST', '/bulk', { phones: 2001, prefix: '62899' })
  expect(again.created).toBe(1)
})

test('traffic arrives in the order of each chat, at its rate, and tells its progress', async () => {
  received.length = 0
  const start = Date.now()
  const plan = { from: [BOB, EVE], to: ME, rate: 200, count: 60, text: 'load' }
  const { id, done } = await control<Traffic>(lab, 'POST', '/traffic', plan)
  expect(done).toBe(false)
  const end = await eventually(async () => {
    const traffic = await control<Traffic>(lab, 'GET', `/traffic/${id}`)
    return traffic.done && traffic
  })
  expect(Date.now() - start).toBeGreaterThanOrEqual((59 / 200) * 1000)
  expect(end).toMatchObject({ sent: 60, failed: 0 })
  await eventually(() => received.length >= 60)
  // The two take turns; a client keeps order within a chat only.
  for (const turn of [0, 1]) {
    const ids = end.ids.filter((_, at) => at % 2 === turn)
    expect(received.filter((message) => ids.includes(String(message.id))).map((message) => message.id)).toEqual(ids)
  }
  expect(new Set(received.map((message) => message.text)).size).toBe(60)
  expect(received.find((message) => message.id === end.ids[59])?.text).toBe('load 60')
})

test('traffic can be stopped, and is refused for strangers', async () => {
  const { id } = await control<Traffic>(lab, 'POST', '/traffic', { from: BOB, to: ME, rate: 1, count: 1000 })
  expect(await control(lab, 'DELETE', `/traffic/${id}`)).toMatchObject({ done: true })
  await expect(control(lab, 'POST', '/traffic', { from: BOB, to: '1', rate: 1, count: 1 })).rejects.toThrow(/^404/)
  await expect(control(lab, 'GET', '/traffic/none')).rejects.toThrow(/^404/)
})

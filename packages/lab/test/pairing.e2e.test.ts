import type { WASocket } from 'baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import {
  closed,
  connect,
  control,
  eventually,
  type MemoryAuth,
  memoryAuth,
  next,
  opened,
  pair,
} from './baileys-client.ts'

const ME = '6281200000001'
const BOB = '6281200000002'

describe('an unmodified Baileys', () => {
  let lab: Lab
  let sock: WASocket
  let auth: MemoryAuth

  beforeAll(async () => {
    lab = await startLab()
    await control(lab, 'POST', '/phones', { phone: ME, name: 'Me' })
    await control(lab, 'POST', '/phones', { phone: BOB, name: 'Bob' })
  })
  afterAll(async () => {
    sock?.end(undefined)
    await lab.close()
    expect(lab.unknownIqs).toEqual([])
    expect(lab.world.violations).toEqual([])
  })

  test('pairs by QR, is restarted with 515 and logs in', async () => {
    ;({ sock, auth } = await pair(lab, ME))
    expect(auth.state.creds.me?.id).toBe(`${ME}:1@s.whatsapp.net`)
    expect(auth.state.creds.me?.lid).toBe(lab.world.phone(ME).lidJid(1))
    const phone = await control<{ devices: unknown[] }>(lab, 'GET', `/phones/${ME}`)
    expect(phone.devices).toMatchObject([{ device: 1, connected: true }])
  })

  test('sends a text: acknowledged, shown decrypted, delivery confirmed', async () => {
    const acknowledged = new Promise<Record<string, string>>((resolve) => {
      sock.ws.on('CB:ack,class:message', (node: { attrs: Record<string, string> }) => resolve(node.attrs))
    })
    const delivered = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 3))
    const sent = await sock.sendMessage(`${BOB}@s.whatsapp.net`, { text: 'hello Bob' })
    expect((await acknowledged).id).toBe(sent?.key.id)
    expect((await delivered).key.id).toBe(sent?.key.id)
    const { messages } = await control<{ messages: unknown[] }>(lab, 'GET', `/phones/${BOB}/messages`)
    expect(messages).toMatchObject([
      { seq: 1, id: sent?.key.id, from: ME, chat: ME, type: 'text', text: 'hello Bob', copies: 1, undecryptable: 0 },
    ])
  })

  test('decrypts a text that a phone sends', async () => {
    const arrived = next(sock, 'messages.upsert', ({ messages }) => messages[0])
    const { id } = await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'hello back' })
    const message = await arrived
    expect(message.message?.conversation).toBe('hello back')
    expect(message.key).toMatchObject({ id, remoteJid: `${BOB}@s.whatsapp.net`, fromMe: false })
    await eventually(() => lab.world.ledger.find(BOB, String(id))?.delivered === 1)
  })

  test('logs in again without a code', async () => {
    sock.end(undefined)
    sock = connect(lab, auth)
    await opened(sock)
  })
})

describe('pairing', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab()
    await control(lab, 'POST', '/phones', { phone: ME })
  })
  afterAll(async () => {
    await lab.close()
  })

  test('by code', async () => {
    const auth = memoryAuth()
    const sock = connect(lab, auth)
    const end = closed(sock)
    await next(sock, 'connection.update', (update) => update.qr)
    const code = await sock.requestPairingCode(ME)
    await control(lab, 'POST', `/phones/${ME}/enter-code`, {
      code: `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase(),
    })
    expect(await end).toBe(515)
    const again = connect(lab, auth)
    await opened(again)
    again.end(undefined)
    expect(lab.unknownIqs).toEqual([])
  })

  test('refuses a wrong code', async () => {
    const sock = connect(lab, memoryAuth())
    await next(sock, 'connection.update', (update) => update.qr)
    await sock.requestPairingCode(ME)
    await expect(control(lab, 'POST', `/phones/${ME}/enter-code`, { code: 'AAAAAAAA' })).rejects.toThrow(/400/)
    sock.end(undefined)
  })

  test('refuses a QR of another device and one that is gone', async () => {
    const sock = connect(lab, memoryAuth())
    const end = closed(sock)
    const qr = await next(sock, 'connection.update', (update) => update.qr)
    const [ref, noise, , secret] = qr.split(',')
    const foreign = [ref, noise, Buffer.alloc(32, 7).toString('base64'), secret].join(',')
    await expect(control(lab, 'POST', `/phones/${ME}/scan`, { qr: foreign })).rejects.toThrow('400')
    sock.end(undefined)
    await end
    await eventually(async () =>
      control(lab, 'POST', `/phones/${ME}/scan`, { qr }).then(
        () => false,
        (error: Error) => error.message.startsWith('400'),
      ),
    )
  })

  test('takes one QR code once, and four devices beside the phone', async () => {
    const phone = '6281200000011'
    await control(lab, 'POST', '/phones', { phone })
    const first = connect(lab, memoryAuth())
    const qr = await next(first, 'connection.update', (update) => update.qr)
    const scans = await Promise.allSettled([1, 2].map(() => control(lab, 'POST', `/phones/${phone}/scan`, { qr })))
    expect(scans.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (let device = 2; device <= 4; device += 1) (await pair(lab, phone)).sock.end(undefined)
    expect(lab.world.phone(phone).companions.size).toBe(4)
    await expect(pair(lab, phone)).rejects.toThrow('400 6281200000011 has 4 linked devices')
  })

  test('unlinking ends the session with 401, and so does every later login', async () => {
    const { sock, auth } = await pair(lab, ME)
    const end = closed(sock)
    const { devices } = await control<{ devices: { device: number }[] }>(lab, 'GET', `/phones/${ME}`)
    await control(lab, 'POST', `/phones/${ME}/unlink`, { device: devices.at(-1)?.device })
    expect(await end).toBe(401)
    const again = connect(lab, auth)
    expect(await closed(again)).toBe(401)
  })

  test('logging out removes the device', async () => {
    const { sock } = await pair(lab, '6281200000009')
    const end = closed(sock)
    await sock.logout()
    expect(await end).toBe(401)
    await eventually(() => lab.world.phone('6281200000009').companions.size === 0)
  })

  test('a second login of one device replaces the first with 440', async () => {
    const { sock, auth } = await pair(lab, '6281200000010')
    const end = closed(sock)
    const second = connect(lab, auth)
    await opened(second)
    expect(await end).toBe(440)
    second.end(undefined)
  })
})

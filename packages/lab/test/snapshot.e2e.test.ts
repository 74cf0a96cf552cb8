import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WASocket } from 'baileys'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { connect, control, eventually, type MemoryAuth, memoryAuth, opened, pair } from './baileys-client.ts'

const ME = '6281600000001'
const BOB = '6281600000002'
const EVE = '6281600000003'

interface Shown {
  messages: { id: string; seq: number; text?: string; sha256?: string }[]
}

const labs: Lab[] = []
const sockets: WASocket[] = []
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kurir-lab-test-'))
})
afterEach(async () => {
  for (const sock of sockets.splice(0)) sock.end(undefined)
  for (const lab of labs.splice(0)) {
    await lab.close()
    expect(lab.unknownIqs).toEqual([])
    expect(lab.world.violations).toEqual([])
  }
  rmSync(directory, { recursive: true })
})

async function start(options: Parameters<typeof startLab>[0] = {}): Promise<Lab> {
  const lab = await startLab({ seed: 'snapshot', ...options })
  labs.push(lab)
  return lab
}

/** Logs in, which fails the test where a code is shown instead. */
async function login(lab: Lab, auth: MemoryAuth): Promise<WASocket> {
  const sock = connect(lab, auth)
  sockets.push(sock)
  const codes: string[] = []
  sock.ev.on('connection.update', ({ qr }) => {
    if (qr) codes.push(qr)
  })
  await opened(sock)
  expect(codes).toEqual([])
  return sock
}

function collect(sock: WASocket): string[] {
  const texts: string[] = []
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const { message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text
      if (text) texts.push(text)
    }
  })
  return texts
}

/** Both ways, 1:1 and in a group, with what was agreed on before. */
async function exchange(lab: Lab, sock: WASocket, group: string, word: string): Promise<void> {
  const texts = collect(sock)
  const ids: (string | null | undefined)[] = []
  for (const to of [`${BOB}@s.whatsapp.net`, group]) {
    ids.push((await sock.sendMessage(to, { text: `${word} out` }))?.key.id)
  }
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: `${word} in` })
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: group, text: `${word} in group` })
  await eventually(() => texts.includes(`${word} in`) && texts.includes(`${word} in group`))
  for (const id of ids) {
    const row = await eventually(() => lab.world.phone(BOB).inbox.find((one) => one.id === id))
    expect(row).toMatchObject({ text: `${word} out`, copies: 1, undecryptable: 0 })
  }
}

async function pairedLab(options: Parameters<typeof startLab>[0] = {}) {
  const lab = await start(options)
  for (const phone of [ME, BOB, EVE]) await control(lab, 'POST', '/phones', { phone })
  const auth = memoryAuth()
  const { sock } = await pair(lab, ME, auth)
  sockets.push(sock)
  const { id } = await control<{ id: string }>(lab, 'POST', '/groups', {
    name: 'g',
    owner: ME,
    participants: [BOB, EVE],
  })
  const group = id.includes('@') ? id : `${id}@g.us`
  await exchange(lab, sock, group, 'before')
  return { lab, auth, sock, group }
}

describe('snapshot', () => {
  test('a fresh lab takes up the state of another: no new code, same sessions, what waited arrives', async () => {
    const { lab: first, auth, sock, group } = await pairedLab()
    sock.end(undefined)
    await eventually(() => first.world.phone(ME).companions.get(1)?.link === undefined)
    await control(first, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'while away' })
    const image = { base64: Buffer.from('picture').toString('base64') }
    await control(first, 'POST', `/phones/${BOB}/messages`, { to: EVE, image })
    await eventually(() => first.world.phone(EVE).inbox.length === 3)
    const snapshot = await control<object>(first, 'POST', '/snapshot')
    await labs.shift()?.close()

    const second = await start()
    expect(await control(second, 'POST', '/restore', snapshot)).toEqual({ phones: 3, groups: 1 })
    const { host: mediaHost } = second.world.media
    expect(await control(second, 'POST', '/snapshot')).toEqual({ ...snapshot, mediaHost })
    const again = connect(second, auth)
    sockets.push(again)
    const texts = collect(again)
    await opened(again)
    await eventually(() => texts.includes('while away'))
    await exchange(second, again, group, 'after')
    // What was shown before is still there, and its files are served.
    const { messages } = await control<Shown>(second, 'GET', `/phones/${EVE}/messages`)
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1))
    expect(messages.filter(({ sha256 }) => sha256)).toHaveLength(1)
    expect(Array.from(second.world.media.entries())).toHaveLength(1)
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
  })

  test('is refused by a lab in use, by one with another seed, and where it is something else', async () => {
    const lab = await start()
    const snapshot = await control<object>(lab, 'POST', '/snapshot')
    await expect(control(lab, 'POST', '/restore', { ...snapshot, format: 'other' })).rejects.toThrow(/^400.*format/)
    await expect(control(lab, 'POST', '/restore', {})).rejects.toThrow(/^400/)
    await expect(control(await start({ seed: 'x' }), 'POST', '/restore', snapshot)).rejects.toThrow(/^409.*seed/)
    await control(lab, 'POST', '/phones', { phone: ME })
    await expect(control(lab, 'POST', '/restore', snapshot)).rejects.toThrow(/^409.*without phones/)
  })

  test('is refused while something waits for a phone that is offline', async () => {
    const lab = await start()
    for (const phone of [ME, BOB]) await control(lab, 'POST', '/phones', { phone })
    await control(lab, 'POST', `/phones/${BOB}/offline`)
    await control(lab, 'POST', `/phones/${ME}/messages`, { to: BOB, text: 'hi' })
    await expect(control(lab, 'POST', '/snapshot')).rejects.toThrow(/^409.*offline/)
    await control(lab, 'POST', `/phones/${BOB}/online`)
    await control(lab, 'POST', '/snapshot')
  })
})

describe('a data directory', () => {
  test('keeps the state from one lab to the next, seed included', async () => {
    const data = join(directory, 'kept')
    const { lab: first, auth, sock, group } = await pairedLab({ data, seed: 'own' })
    sock.end(undefined)
    await labs.shift()?.close()
    expect(readdirSync(data)).toEqual(['lab.json'])

    const second = await startLab({ data })
    labs.push(second)
    expect(second.world.media.host).toBe(first.world.media.host)
    const again = await login(second, auth)
    await exchange(second, again, group, 'after')
  })

  test('that cannot be read stops the lab', async () => {
    writeFileSync(join(directory, 'lab.json'), '{')
    await expect(startLab({ data: directory })).rejects.toThrow(/lab.json cannot be read/)
  })
})

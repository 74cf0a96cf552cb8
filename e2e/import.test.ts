import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import makeWASocket, { useMultiFileAuthState, WA_CERT_DETAILS, type WASocket } from 'baileys'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf, receivedIn } from './support/client.ts'
import { KURIR } from './support/kurir.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

const PHONE = '6281220000007'

// libsignal prints session state, keys included, at every change of a session.
for (const level of ['info', 'warn', 'error'] as const) console[level] = () => undefined

let sandbox: RunningSandbox
let folder: string
let group: string
beforeAll(async () => {
  sandbox = await startSandbox()
  folder = await mkdtemp(join(tmpdir(), 'kurir-import-'))
})
afterAll(async () => {
  await Promise.all([sandbox?.stop(), rm(folder, { recursive: true, force: true })])
})

/** A bot as many are: Baileys, unmodified, with its state in a folder. Resolves when it is connected. */
async function stockBot(onQr: (qr: string) => Promise<unknown>): Promise<WASocket> {
  const { ws, rootKey } = await json<{ ws: string; rootKey: string }>('GET', `${sandbox.contract.lab}/`)
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex')
  for (;;) {
    const { state, saveCreds } = await useMultiFileAuthState(folder)
    const sock = makeWASocket({ waWebSocketUrl: ws, auth: state, logger: pino({ level: 'silent' }) })
    sock.ev.on('creds.update', saveCreds)
    const isOpen = await new Promise<boolean>((resolve) => {
      sock.ev.on('connection.update', ({ connection, qr }) => {
        if (qr) void onQr(qr)
        if (connection === 'open') resolve(true)
        if (connection === 'close') resolve(false)
      })
    })
    if (isOpen) return sock
  }
}

function kurir(...args: string[]) {
  const { gateway, keys } = sandbox.contract
  const flags = ['--url', gateway, '--key', keys.native]
  return spawnSync(process.execPath, [KURIR, ...args, ...flags], { encoding: 'utf8' })
}

const shows = (phone: string, text: string) =>
  eventually(`${phone} shows "${text}"`, async () =>
    (await shownMessages(sandbox.contract.lab, phone)).find((row) => row.text === text),
  )

test('an account that a stock Baileys has paired goes on with us: nobody scans, both ways are read', async () => {
  const { lab, contacts } = sandbox.contract
  const [ani, budi] = contacts.map(({ phone }) => phone) as [string, string]
  await json('POST', `${lab}/phones`, { body: { phone: PHONE, name: 'Toko lama' } })
  const made = { name: 'Pelanggan', owner: PHONE, participants: [ani, budi] }
  group = (await json<{ id: string }>('POST', `${lab}/groups`, { body: made })).id
  const bot = await stockBot((qr) => json('POST', `${lab}/phones/${PHONE}/scan`, { body: { qr } }))
  await bot.sendMessage(`${ani}@s.whatsapp.net`, { text: 'dari bot lama' })
  await bot.sendMessage(group, { text: 'grup dari bot lama' })
  await shows(ani, 'dari bot lama')
  await shows(budi, 'grup dari bot lama')
  bot.end(undefined)
  // What came while nobody was there is for whoever connects next.
  await json('POST', `${lab}/phones/${ani}/messages`, { body: { to: PHONE, text: 'ada orang?' } })

  const imported = kurir('sessions', 'import', folder, '--id', 'moved', '--json')
  expect(imported.stderr).toBe('')
  expect(JSON.parse(imported.stdout)).toMatchObject({ id: 'moved', phone: PHONE })
  const client = clientOf(sandbox.contract)
  await eventually('it is connected', async () => {
    const { status } = await client.get('/v1/sessions/{session}', { params: { path: { session: 'moved' } } })
    return status === 'connected'
  })
  const received = (text: string) =>
    eventually(`"${text}" came`, async () =>
      (await receivedIn(client, 'moved')).find((message) => message.text === text),
    )
  await received('ada orang?')
  for (const [to, text] of [
    [ani, 'dari kurir'],
    [group, 'grup dari kurir'],
  ] as const) {
    const sent = await client.send('moved', { to, type: 'text', text }, { wait: 10_000 })
    // The phone's receipt may be here before the answer is written.
    expect(['sent', 'delivered']).toContain(sent.status)
    expect(await shows(ani, text)).toMatchObject({ copies: 1, undecryptable: 0 })
  }
  await json('POST', `${lab}/phones/${budi}/messages`, { body: { to: group, text: 'grup ke kurir' } })
  await received('grup ke kurir')
  const events = await client.get('/v1/events', { params: { query: { session: 'moved' } } })
  expect(events.data.map(({ type }) => type)).not.toContain('session.qr')
})

test('what is no paired account is refused, and nothing is made', async () => {
  const broken = await mkdtemp(join(tmpdir(), 'kurir-broken-'))
  await cp(folder, broken, { recursive: true })
  const creds = join(broken, 'creds.json')
  const good = JSON.parse(await readFile(creds, 'utf8'))
  const tries: [string | undefined, string][] = [
    [JSON.stringify({ ...good, account: undefined }), 'no phone has linked'],
    ['{"noiseKey": 1}', 'not what Baileys writes'],
    ['{"noiseKey"', 'is not whole'],
    [undefined, 'has no creds.json'],
  ]
  for (const [text, why] of tries) {
    if (text === undefined) await unlink(creds)
    else await writeFile(creds, text)
    const refused = kurir('sessions', 'import', broken, '--id', 'broken')
    expect(refused.status, why).not.toBe(0)
    expect(refused.stderr).toContain(why)
  }
  expect(kurir('sessions', 'list', '--json').stdout).not.toContain('broken')
  expect(kurir('sessions', 'import', folder, '--id', 'moved').stderr).toContain('session_exists')
  await rm(broken, { recursive: true })
  expect(existsSync(broken)).toBe(false)
})

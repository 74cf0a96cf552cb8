import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, startLab } from 'kurir-lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Kurir } from '../packages/gateway/src/cli/test/process.ts'
import { httpProxy, type TestProxy } from '../packages/gateway/src/engine/baileys/test/proxies.ts'
import { SEALED } from '../packages/gateway/src/store/sealing/columns.ts'
import { openDriver } from '../packages/gateway/src/store/sqlite/driver.ts'
import { eventually, json } from './support/api.ts'
import { Secrets } from './support/secrets.ts'

const SHOP = '6281210000061'
const BOT = '6281210000062'
const CONTACT = '6281311110061'
const MASTER = randomBytes(32)

const secrets = new Secrets()
/** Bodies of errors that were answered. */
const errors: string[] = []
/** What ended gateways wrote. */
const written: string[] = []

let root: string
let lab: Lab
let proxy: TestProxy
let receiver: ReturnType<typeof createServer>
let gateway: Kurir
let url: string
const admin = secrets.plant('the admin key')

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'kurir-canary-'))
  lab = await startLab()
  proxy = await httpProxy()
  receiver = createServer(
    (_request, response) => void response.writeHead(500).end(secrets.plant('a receiver’s answer')),
  )
  receiver.listen(0, '127.0.0.1')
  for (const phone of [SHOP, BOT, CONTACT]) await labCall('/phones', { phone, name: `Phone ${phone.slice(-2)}` })
})
afterAll(async () => {
  await end()
  receiver.closeAllConnections()
  receiver.close()
  await proxy.close()
  await lab.close()
  rmSync(root, { recursive: true, force: true })
})

function labCall<Answer = unknown>(path: string, body?: object): Promise<Answer> {
  return json<Answer>(body ? 'POST' : 'GET', `${lab.url}${path}`, body ? { body } : {})
}

function receiverAt(query: string): string {
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?${query}`
}

function settings(extra: Record<string, string> = {}): Record<string, string> {
  return {
    ...{ KURIR_NETWORK: 'lab', KURIR_LAB_URL: lab.ws, KURIR_LAB_ROOT_KEY: lab.rootKey, KURIR_LAB_CA: lab.caFile },
    ...{
      KURIR_DATA: join(root, 'data'),
      KURIR_PORT: '0',
      KURIR_ALLOW_PRIVATE_URLS: 'loopback',
      KURIR_ADMIN_KEY: admin,
    },
    ...{ KURIR_LOG_LEVEL: 'trace', KURIR_RATE_LIMIT: '0', KURIR_ALERT_AFTER: '1' },
    ...extra,
  }
}

async function begin(extra: Record<string, string> = {}): Promise<void> {
  gateway = new Kurir(['start', '--json'], settings(extra))
  url = String((await gateway.line()).url)
}

async function end(): Promise<void> {
  if (gateway.process.exitCode === null) gateway.process.kill('SIGTERM')
  await gateway.exited
  written.push(gateway.stdout, gateway.stderr)
}

/** Calls the gateway. What an error says is kept, and an empty object answered. */
async function call<Answer>(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { body, headers = {}, key = admin } = options
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  if (response.ok) return (isJson && text ? JSON.parse(text) : {}) as Answer
  errors.push(text, ...[...response.headers].map(([name, value]) => `${name}: ${value}`))
  return {} as Answer
}

interface CallOptions {
  body?: unknown
  headers?: Record<string, string>
  key?: string | null
}

interface SessionAnswer {
  status: string
}

async function connected(id: string): Promise<void> {
  await eventually(`${id} to be connected`, async () => {
    return (await call<SessionAnswer>('GET', `/v1/sessions/${id}`)).status === 'connected'
  })
}

async function pair(): Promise<void> {
  const password = secrets.plant('the proxy’s password')
  await call('POST', '/v1/sessions', { body: { id: 'shop', proxy: proxy.url.replace('://', `://shop:${password}@`) } })
  const qr = await eventually('a QR code', async () => (await call<{ qr?: string }>('GET', '/v1/sessions/shop/qr')).qr)
  secrets.know('a QR code', qr)
  await labCall(`/phones/${SHOP}/scan`, { qr })
  await connected('shop')
  expect([...proxy.users].join()).toContain(password)

  await call('POST', '/v1/sessions', { body: { id: 'bot' } })
  const asked = { body: { phone: BOT } }
  const code = await eventually('a pairing code', async () => {
    return (await call<{ code?: string }>('POST', '/v1/sessions/bot/pairing-code', asked)).code
  })
  secrets.know('a pairing code', code.replace('-', ''))
  await labCall(`/phones/${BOT}/enter-code`, { code })
  await connected('bot')
  // A proxy that is away: what fails there names it.
  const away = secrets.plant('the password of a proxy that is away', (value) => `http://far:${value}@127.0.0.1:9`)
  await call('POST', '/v1/sessions', { body: { id: 'far', proxy: away } })
}

async function makeKeys(): Promise<string> {
  const { key } = await call<{ key: string }>('POST', '/v1/keys', { body: { name: 'till', scopes: ['send', 'read'] } })
  secrets.know('a key', key)
  const login = await fetch(`${url}/dashboard/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-kurir-dashboard': '1' },
    body: JSON.stringify({ key: admin }),
  })
  const [, cookie = ''] = /=([^;]+)/.exec(login.headers.get('set-cookie') ?? '') ?? []
  secrets.know('a login', cookie)
  return key
}

/** Every dialect, called with its credential and with another one. */
async function speakDialects(): Promise<void> {
  const make = async (dialect: string, session?: string) => {
    const made = await call<Record<string, string>>('POST', '/v1/keys', {
      body: { dialect, ...(session ? { session } : {}), name: dialect },
    })
    for (const part of ['key', 'token', 'client_secret', 'access_token']) {
      if (made[part]) secrets.know(`${part} of ${dialect}`, made[part])
    }
    return made
  }
  const blipcom = await make('blipcom')
  const { responseCode, ...grant } = await call<Record<string, string>>('POST', '/token', {
    key: null,
    body: { grant_type: 'client_credentials', client_id: blipcom.client_id, client_secret: blipcom.client_secret },
  })
  expect(responseCode).toBe('2007300')
  secrets.know('a token of blipcom', grant.accessToken ?? '')
  const sessions = await make('sessions')
  const bots = { ...(await make('bots')), ...(await make('bots', 'bot')) }
  const blazwa = await make('blazwa', 'shop')
  const chatbot = await make('chatbot', 'shop')
  const wrong = secrets.plant('a wrong credential')
  const text = secrets.plant('a text by a dialect')
  for (const isRight of [true, false]) {
    const given = (value: string | undefined) => (isRight ? (value ?? '') : wrong)
    const query = new URLSearchParams({ session_id: bots.session_id ?? '', access_token: given(bots.access_token) })
    await call('GET', '/api/sessions', { key: null, headers: { 'x-api-key': given(sessions.key) } })
    await call('GET', '/whatsapp', { key: given(bots.token) })
    await call('GET', `/whatsapp/instance?${query}`, { key: null })
    await call('POST', '/openapi/wa/status', { key: null, headers: { 'x-api-key': given(blazwa.key) } })
    await call('POST', '/api/send', {
      ...{ key: null, headers: { secretkey: given(chatbot.key) } },
      body: { number: CONTACT, message: text },
    })
    await call('POST', '/api/v1/whatsapp/send', { key: given(grant.accessToken), body: { to: CONTACT, text } })
    await call('POST', '/token', {
      key: null,
      body: { client_id: blipcom.client_id, client_secret: given(blipcom.client_secret) },
    })
  }
}

async function makeWebhooks(): Promise<void> {
  const bytes = randomBytes(32)
  secrets.know('a webhook’s secret', bytes)
  const body = {
    url: receiverAt(`token=${secrets.plant('the token in a webhook’s address')}`),
    secret: `whsec_${bytes.toString('base64')}`,
    headers: { authorization: `Bearer ${secrets.plant('a webhook’s header')}` },
  }
  const { id } = await call<{ id: string }>('POST', '/v1/webhooks', { body })
  const away = secrets.plant('the token of a receiver that is away', (value) => `http://127.0.0.1:9/?token=${value}`)
  await call('POST', '/v1/webhooks', { body: { url: away } })
  await call('POST', `/v1/webhooks/${id}/test`)
}

/** Messages each way, with and without a file; one to nobody, and one that is asked for again. */
async function talk(name: string): Promise<void> {
  const send = (content: object, to = CONTACT) =>
    call<{ id: string; status: string }>('POST', '/v1/sessions/shop/messages?wait=20000', { body: { to, ...content } })
  const text = secrets.plant(`a text that was sent (${name})`)
  expect((await send({ type: 'text', text })).status).toMatch(/sent|delivered/)
  const caption = secrets.plant(`a caption that was sent (${name})`)
  const file = { base64: randomBytes(2_000).toString('base64'), mimetype: 'application/pdf' }
  expect((await send({ type: 'document', media: { ...file, file_name: 'a.pdf' }, caption })).status).toMatch(
    /sent|delivered/,
  )
  const nobody = await send({ type: 'text', text: secrets.plant(`a text to nobody (${name})`) }, '6281999999999')
  expect(nobody.status).toBe('failed')

  await labCall('/faults', { kind: 'retry-receipt', session: SHOP, count: 1 })
  await send({ type: 'text', text: secrets.plant(`a text that was asked for again (${name})`) })
  const document = { ...file, fileName: secrets.plant(`a file’s name (${name})`, (value) => `${value}.pdf`) }
  await labCall(`/phones/${CONTACT}/messages`, { to: SHOP, text: secrets.plant(`a text that came (${name})`) })
  const { id } = await labCall<{ id: string }>(`/phones/${CONTACT}/messages`, { to: SHOP, document })
  const media = await eventually('the file', async () => {
    const { data } = await call<{ data: { wa_id: string; media?: { id: string } }[] }>(
      'GET',
      '/v1/sessions/shop/messages?direction=in',
    )
    return data.find(({ wa_id }) => wa_id === id)?.media
  })
  await call('GET', `/v1/media/${media.id}`)
}

/** WhatsApp restricts an account, and then unlinks it. */
async function beRestricted(): Promise<void> {
  await labCall('/faults', { kind: 'nack', session: BOT, code: 463, count: 1 })
  const text = secrets.plant('a text that WhatsApp refused')
  const path = '/v1/sessions/bot/messages?wait=20000'
  const refused = await call<{ status: string }>('POST', path, { body: { to: CONTACT, type: 'text', text } })
  expect(refused.status).toBe('failed')
  await call('POST', '/v1/sessions/bot/logout')
  await eventually('alerts', async () => (await call<{ data: unknown[] }>('GET', '/v1/alerts')).data.length > 0)
}

/** Requests that are refused, with something secret in them. */
async function beRefused(): Promise<void> {
  const wrong = secrets.plant('a wrong key')
  const text = secrets.plant('a text that was not accepted')
  const path = '/v1/sessions/shop/messages'
  await call('GET', '/v1/sessions', { key: `kur_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z_${wrong}` })
  await call('POST', path, { body: `{"to":"${CONTACT}","type":"text","text":"${text}` })
  await call('POST', path, { body: { to: CONTACT, type: text } })
  await call('POST', path, { body: { to: CONTACT, type: 'text', text: text.repeat(9_000) } })
  await call('POST', path, { body: { to: CONTACT, type: 'text', text: [text] } })
  await call('POST', path, { body: { to: CONTACT, type: 'image', media: { base64: `%${text}` }, caption: text } })
  await call('POST', `${path}?wait=${text}`, { body: { to: CONTACT, type: 'text', text } })
  const from = `http://127.0.0.1:9/a.jpg?token=${secrets.plant('the token in a file’s address')}`
  await call('POST', path, { body: { to: CONTACT, type: 'image', media: { url: from } } })
  await call('GET', `/nothing?key=${wrong}&text=${text}`)
  await call('POST', '/v1/webhooks', { body: { url: 'https://shop.example/', secret: `whsec_${wrong}` } })
  await call('POST', '/v1/webhooks', { body: { url: `http://shop:${wrong}@10.0.0.1/`, secret: wrong } })
  await call('POST', '/v1/sessions', { body: { id: 'odd', proxy: `http://shop:${wrong}@10.0.0.1:80` } })
  await call('POST', '/v1/sessions', { body: { id: 'odd', proxy: `ftp://shop:${wrong}@shop.example:80` } })
  await call('POST', '/v1/sessions/import', {
    body: { id: 'odd', files: { 'creds.json': { noiseKey: { private: wrong } } } },
  })
  await call('POST', '/dashboard/login', { key: null, body: { key: wrong } })
  await call('POST', path, {
    body: { to: CONTACT, type: 'text', text },
    headers: { 'idempotency-key': `${wrong}`.repeat(20) },
  })
}

/** The keys that the stopped gateway keeps, which are plain in a store without a master key. */
function knowStoredKeys(): void {
  const driver = openDriver(join(root, 'data', 'kurir.db'), { busyMs: 1_000 })
  for (const { table, column } of Object.values(SEALED)) {
    const rows = driver
      .prepare<[], { value: string | Uint8Array | null }>(`SELECT ${column} AS value FROM ${table}`)
      .all()
    for (const { value } of rows) {
      const text = typeof value === 'string' ? value : Buffer.from(value ?? []).toString('latin1')
      for (const [found] of text.matchAll(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/g)) {
        secrets.know(`a key in ${table}.${column} (${found.slice(0, 4)}…)`, Buffer.from(found, 'base64'))
      }
    }
  }
  driver.close()
}

/** The keys of the files that went to the contact, as the phone sees them. */
async function knowMediaKeys(): Promise<void> {
  const shown = JSON.stringify(await labCall(`/phones/${CONTACT}/messages`))
  const keys = [...shown.matchAll(/"mediaKey":"([^"]+)"/g)]
  expect(keys.length).toBeGreaterThan(0)
  for (const [, key = ''] of keys) secrets.know('a media key', Buffer.from(key, 'base64'))
}

/** Nothing at all is written or answered that gives a secret away. */
function expectNoLeak(): void {
  const lines = written.join('')
  expect(secrets.in(lines), 'in what the gateway wrote').toEqual([])
  expect(secrets.in(errors.join('\n')), 'in errors that were answered').toEqual([])
}

test('a secret is found in whatever form it is written', () => {
  const own = new Secrets()
  const bytes = randomBytes(32)
  own.know('bytes', bytes)
  const text = own.plant('text')
  const forms = [
    JSON.stringify(bytes),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    text,
  ]
  for (const form of [...forms, new Uint8Array(bytes).toString()]) expect(own.in(`{"x":"${form}"}`)).not.toEqual([])
  expect(own.in('nothing')).toEqual([])
})

test('a gateway that logs everything writes no secret, whatever happens to it, and answers none with an error', async () => {
  await begin({
    KURIR_ALERT_URL: receiverAt(`token=${secrets.plant('the token of the alerts’ address')}`),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiverAt(`token=${secrets.plant('the token of the collector’s address')}`),
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secrets.plant('the collector’s header')}`,
  })
  await pair()
  const key = await makeKeys()
  await makeWebhooks()
  await speakDialects()
  await talk('first')
  await beRefused()
  await labCall('/connections/drop', { phone: SHOP })
  await connected('shop')
  await beRestricted()
  await call('GET', '/v1/keys', { key })
  await end()
  knowStoredKeys()
  await knowMediaKeys()
  expect(secrets.size).toBeGreaterThan(500)
  // It did say what it did.
  const lines = written.join('')
  expect(lines.split('\n').length).toBeGreaterThan(60)
  expect(lines).toContain('"level":"debug"')
  expect(lines).toContain('traces could not be handed over')
  expect(errors.length).toBeGreaterThan(20)
  expectNoLeak()
}, 120_000)

test('with a master key neither that nor what it protects is written; nor by a start that fails', async () => {
  secrets.know('the master key', MASTER)
  await begin({ KURIR_MASTER_KEY: MASTER.toString('base64') })
  await connected('shop')
  await talk('second')
  await call('POST', '/v1/encryption/rotate')
  await end()
  const other = randomBytes(32)
  secrets.know('another master key', other)
  for (const text of [other.toString('base64'), `${other.toString('hex')}0`, secrets.plant('no master key')]) {
    gateway = new Kurir(['start', '--json'], settings({ KURIR_MASTER_KEY: text, KURIR_ADMIN_KEY: admin }))
    expect(await gateway.exited).toBeGreaterThan(0)
    await end()
  }
  const short = secrets.plant('an admin key that cannot be used', (value) => `${value} with a blank`)
  gateway = new Kurir(['start', '--json'], settings({ KURIR_ADMIN_KEY: short }))
  expect(await gateway.exited).toBe(2)
  await end()
  expectNoLeak()
}, 120_000)

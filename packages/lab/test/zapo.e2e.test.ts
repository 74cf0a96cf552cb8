import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createStore, WaClient } from 'zapo-js'
import { type Lab, startLab } from '../src/index.ts'
import { keyPairFrom } from '../src/wire/keys.ts'
import { control, eventually, pair } from './baileys-client.ts'

const ZED = '6281400000001'
const BOB = '6281400000002'
const EVE = '6281400000003'

/** What is used of zapo's client; the declarations of the package point to modules it does not ship. */
interface Zapo {
  connect(): Promise<void>
  disconnect(): Promise<void>
  getState(): object
  requestPairingCode(phone: string): Promise<string>
  logout(): Promise<void>
  getCredentials(): object | null
  sendMessage(to: string, content: string | object): Promise<{ id: string }>
  on(event: 'message' | 'message_receipt' | 'auth_qr', listener: (event: ZapoEvent) => void): this
  once(event: 'message' | 'message_receipt' | 'auth_qr', listener: (event: ZapoEvent) => void): this
  readonly mediaTransfer: { downloadAndDecrypt(file: object): Promise<Uint8Array> }
}

interface ZapoEvent {
  qr: string
  stanzaId: string
  rawNode: { attrs: Record<string, string> }
  message?: {
    conversation?: string | null
    extendedTextMessage?: { text?: string | null } | null
    imageMessage?: Record<'directPath' | 'mediaKey' | 'fileSha256' | 'fileEncSha256', unknown> | null
  }
}

/** Keeps the errors a client reports. */
function listening() {
  const errors: string[] = []
  const silent = () => undefined
  const error = (_: string, context?: { message?: string }) => void errors.push(context?.message ?? '')
  return { errors, logger: { level: 'error', trace: silent, debug: silent, info: silent, warn: silent, error } }
}

/** Credentials that outlive a connection; for everything else zapo has stores of its own. */
function memoryStore(saved: object | null = null): object {
  let kept = saved
  const auth = {
    load: async () => kept,
    save: async (credentials: object) => {
      kept = credentials
    },
    clear: async () => {
      kept = null
    },
  }
  return createStore({ backends: { own: { stores: { auth: () => auth }, caches: {} } }, providers: { auth: 'own' } })
}

type Row = Record<string, unknown> & { id: string }

let lab: Lab
const clients: Zapo[] = []

beforeAll(async () => {
  lab = await startLab()
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(lab.caFile, 'utf8')])
  for (const phone of [ZED, BOB, EVE]) await control(lab, 'POST', '/phones', { phone })
})
afterEach(() => {
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})
afterAll(async () => {
  for (const client of clients) await client.disconnect()
  await lab.close()
})

function newClient(rootKey: Buffer, logger: object, saved?: object): Zapo {
  const options = {
    store: memoryStore(saved),
    sessionId: 'zapo',
    chatSocketUrls: [lab.ws],
    testHooks: { noiseRootCa: { publicKey: rootKey, serial: 0 } },
  }
  const client: Zapo = new WaClient(options, logger)
  clients.push(client)
  return client
}

function shownBy(phone: string, id: string): Promise<Row> {
  return eventually(async () => {
    const { messages } = await control<{ messages: Row[] }>(lab, 'GET', `/phones/${phone}/messages`)
    return messages.find((row) => row.id === id)
  })
}

describe('zapo, a client that shares no code with Baileys', () => {
  let client: Zapo
  const received: { id: string | undefined; text: string | null | undefined }[] = []
  const receipts: { id: string | undefined; type: string | undefined }[] = []

  test('pairs by QR and logs in', async () => {
    client = newClient(Buffer.from(lab.rootKey, 'hex'), listening().logger)
    const scanned = new Promise((resolve, reject) => {
      client.once('auth_qr', ({ qr }) => {
        control(lab, 'POST', `/phones/${ZED}/scan`, { qr }).then(resolve, reject)
      })
    })
    client.on('message', ({ stanzaId, message }) => {
      received.push({ id: stanzaId, text: message?.conversation ?? message?.extendedTextMessage?.text })
    })
    client.on('message_receipt', ({ rawNode }) => receipts.push({ id: rawNode.attrs.id, type: rawNode.attrs.type }))
    await client.connect()
    await scanned
    const companion = await eventually(() => lab.world.phone(ZED).companions.get(1))
    await eventually(() => companion.preKeys.length > 0)
    expect(client.getState()).toMatchObject({ connected: true, registered: true })
    expect(client.getCredentials()).toMatchObject({ meJid: `${ZED}:1@s.whatsapp.net` })
  })

  test('sends a text that a phone shows, and gets its receipts', async () => {
    const { id } = await client.sendMessage(`${BOB}@s.whatsapp.net`, 'hello from zapo')
    expect(await shownBy(BOB, id)).toMatchObject({ from: ZED, text: 'hello from zapo', copies: 1, undecryptable: 0 })
    await eventually(() => receipts.some((receipt) => receipt.id === id && receipt.type === undefined))
    await control(lab, 'POST', `/phones/${BOB}/read`, { id })
    await eventually(() => receipts.some((receipt) => receipt.id === id && receipt.type === 'read'))
  })

  test('receives texts of a phone, in order, and confirms them', async () => {
    const ids: unknown[] = []
    for (const text of ['one', 'two', 'three']) {
      ids.push((await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ZED, text })).id)
    }
    await eventually(() => received.length === 3)
    expect(received).toEqual(['one', 'two', 'three'].map((text, at) => ({ id: ids[at], text })))
    await eventually(() => lab.world.phone(ZED).companions.get(1)?.queue.size === 0)
    for (const id of ids) expect(lab.world.ledger.find(BOB, String(id))).toMatchObject({ delivered: 1, retried: 0 })
  })

  test('sends an image and reads one', async () => {
    const file = randomBytes(20_000)
    const sha256 = createHash('sha256').update(file).digest('hex')
    const media = { type: 'image', media: file, mimetype: 'image/png', caption: 'see' } as const
    const { id } = await client.sendMessage(`${BOB}@s.whatsapp.net`, media)
    expect(await shownBy(BOB, id)).toMatchObject({ type: 'image', caption: 'see', sha256 })
    const bytes = new Promise<Uint8Array>((resolve, reject) => {
      client.once('message', ({ message }) => {
        const { directPath, mediaKey, fileSha256, fileEncSha256 } = message?.imageMessage ?? {}
        if (!directPath || !mediaKey || !fileSha256 || !fileEncSha256) return reject(new Error('no image'))
        const request = { mediaType: 'image', directPath, mediaKey, fileSha256, fileEncSha256 } as const
        const hosts = [lab.world.media.host]
        client.mediaTransfer.downloadAndDecrypt({ ...request, hosts }).then(resolve, reject)
      })
    })
    await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ZED, image: { base64: file.toString('base64') } })
    expect(
      createHash('sha256')
        .update(await bytes)
        .digest('hex'),
    ).toBe(sha256)
  })

  test('talks with a Baileys account', async () => {
    const { sock } = await pair(lab, EVE)
    try {
      const atEve: (string | null | undefined)[] = []
      sock.ev.on('messages.upsert', ({ messages }) => {
        for (const { message } of messages) atEve.push(message?.conversation ?? message?.extendedTextMessage?.text)
      })
      await client.sendMessage(`${EVE}@s.whatsapp.net`, 'zapo to baileys')
      await eventually(() => atEve.includes('zapo to baileys'))
      await sock.sendMessage(`${ZED}@s.whatsapp.net`, { text: 'baileys to zapo' })
      await eventually(() => received.some(({ text }) => text === 'baileys to zapo'))
    } finally {
      sock.end(undefined)
    }
  })

  test('sends to a group and reads what its members write', async () => {
    const members = { name: 'g', owner: BOB, participants: [ZED, EVE] }
    const { id: group } = await control<{ id: string }>(lab, 'POST', '/groups', members)
    for (const text of ['zapo to all', 'zapo again']) {
      const { id } = await client.sendMessage(group, text)
      for (const phone of [BOB, EVE]) {
        expect(await shownBy(phone, id)).toMatchObject({ from: ZED, chat: group, text, copies: 1, undecryptable: 0 })
      }
    }
    for (const text of ['bob to all', 'bob again']) {
      await control(lab, 'POST', `/phones/${BOB}/messages`, { to: group, text })
      await eventually(() => received.some((message) => message.text === text))
    }
  })

  test('gets what waited for it when it comes back', async () => {
    const companion = lab.world.phone(ZED).companions.get(1)
    await eventually(() => companion?.queue.size === 0)
    await client.disconnect()
    await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ZED, text: 'while away' })
    await client.connect()
    await eventually(() => received.some(({ text }) => text === 'while away'))
    await eventually(() => companion?.queue.size === 0)
  })

  test('comes in by a full handshake where it kept another key of the server', async () => {
    const saved = client.getCredentials()
    expect(saved).toHaveProperty('serverStaticKey')
    await client.disconnect()
    const other = { ...saved, serverStaticKey: keyPairFrom(randomBytes(32)).public }
    const { errors, logger } = listening()
    const again = newClient(Buffer.from(lab.rootKey, 'hex'), logger, other)
    await again.connect()
    await eventually(() => lab.world.phone(ZED).companions.get(1)?.link?.active)
    expect(errors).toEqual([])
    expect(again.getCredentials()).toMatchObject({ meJid: `${ZED}:1@s.whatsapp.net` })
    // Its one-time keys stayed in the first client's store, so it begins to number them anew.
    await eventually(() => lab.world.violations.length > 0)
    expect(lab.world.violations.splice(0)).toEqual([`${ZED}: prekeys 1 are used again`])
  })

  test('pairs by code, and logs out', async () => {
    const phone = '6281400000004'
    await control(lab, 'POST', '/phones', { phone })
    const { errors, logger } = listening()
    const other = newClient(Buffer.from(lab.rootKey, 'hex'), logger)
    const waiting = new Promise((resolve) => other.once('auth_qr', resolve))
    await other.connect()
    await waiting
    const code = await other.requestPairingCode(phone)
    await control(lab, 'POST', `/phones/${phone}/enter-code`, { code })
    const companion = await eventually(() => lab.world.phone(phone).companions.get(1))
    // Pairing ends with a new connection, and that begins with an upload.
    await eventually(() => companion.preKeys.length > 0)
    const { id } = await other.sendMessage(`${BOB}@s.whatsapp.net`, 'by code')
    expect(await shownBy(BOB, id)).toMatchObject({ from: phone, text: 'by code' })
    expect(errors).toEqual([])
    await other.logout()
    await eventually(() => lab.world.phone(phone).companions.size === 0)
  })

  test('refuses a server whose certificate its root has not signed', async () => {
    const { errors, logger } = listening()
    newClient(randomBytes(32), logger)
      .connect()
      .catch(() => undefined)
    await eventually(() => errors.includes('intermediate certificate signature is invalid'))
  })
})

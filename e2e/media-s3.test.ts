import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kurir } from '../packages/gateway/src/cli/test/process.ts'
import { MediaFiles } from '../packages/gateway/src/media/files.ts'
import { S3Server } from '../packages/gateway/src/media/test/s3-server.ts'
import { JsonApi } from '../packages/gateway/src/sandbox/clients.ts'
import { createSessionKeys, createTenantKeys } from '../packages/gateway/src/sandbox/dialect-keys.ts'
import { eventually, json, shownMessages } from './support/api.ts'
import { receivedIn } from './support/client.ts'
import { Ground } from './support/ground.ts'
import { Receiver } from './support/receiver.ts'

interface Shown {
  id: string
  sha256?: string
}

let bucket: S3Server
let ground: Ground
/** What the bucket has, looked at from beside. */
let kept: MediaFiles
beforeAll(async () => {
  bucket = await S3Server.start()
  ground = await Ground.start({ settings: bucket.settings })
  kept = new MediaFiles(join(ground.directory, 'beside'), bucket.place)
})
afterAll(async () => {
  await ground?.stop()
  await bucket?.stop()
})

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const contact = () => ground.place.contacts[0]?.phone ?? ''
const session = () => ground.place.sessions[0] ?? { id: '', phone: '' }
const authorization = () => ({ authorization: `Bearer ${ground.place.keys.native}` })

/** The contact sends a document; answers its message's id on WhatsApp. */
async function contactSends(bytes: Buffer): Promise<string> {
  const document = { base64: bytes.toString('base64'), mimetype: 'application/octet-stream', fileName: 'a.bin' }
  const body = { to: session().phone, document }
  return (await json<{ id: string }>('POST', `${ground.lab.url}/phones/${contact()}/messages`, { body })).id
}

/** The contact sends a document; answers the file's id, once its message is there. */
async function receive(bytes: Buffer): Promise<string> {
  const id = await contactSends(bytes)
  const found = await eventually('the message', async () =>
    (await receivedIn(ground.native, session().id)).find(({ wa_id }) => wa_id === id),
  )
  return found.media?.id ?? ''
}

const get = (id: string) => fetch(`${ground.url}/v1/media/${id}`, { headers: authorization() })
const upload = (bytes: Buffer) =>
  fetch(`${ground.url}/v1/media`, {
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  })

const send = (media: { id: string }) => ground.native.send(session().id, { to: contact(), type: 'document', media })

const untilShown = (waId: string) =>
  eventually(
    'the phone to show it',
    async () => ((await shownMessages(ground.lab.url, contact())) as Shown[]).find(({ id }) => id === waId),
    { timeoutMs: 60_000 },
  )

const untilHere = (id: string) => untilServed(`${ground.url}/v1/media/${id}`, authorization())

async function untilServed(url: string, headers: Record<string, string>): Promise<Buffer> {
  const answer = await eventually(
    'the file',
    async () => {
      const found = await fetch(url, { headers })
      return found.status === 200 && found
    },
    { timeoutMs: 60_000 },
  )
  return Buffer.from(await answer.arrayBuffer())
}

test('a file that came in is fetched from the bucket, and one that is given is sent from there', async () => {
  const [theirs, ours] = [randomBytes(300_000), randomBytes(300_000)]
  expect(await untilHere(await receive(theirs))).toEqual(theirs)
  const given = await upload(ours)
  expect(given.status).toBe(201)
  const { id } = (await given.json()) as { id: string }
  const part = await fetch(`${ground.url}/v1/media/${id}`, { headers: { ...authorization(), range: 'bytes=10-19' } })
  expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, ours.subarray(10, 20)])
  const { wa_id } = await send({ id })
  expect((await untilShown(wa_id)).sha256).toBe(hashOf(ours))
})

test('files are sent by the dialects that take them, and had by the links that dialects post', async () => {
  const { id } = session()
  const gateway = new JsonApi(ground.url, { authorization: `Bearer ${ground.adminKey}` })
  const { sessions, botsToken } = await createTenantKeys(gateway)
  const { blazwa, bots } = await createSessionKeys(gateway, id, botsToken)
  const bot = new URLSearchParams({ session_id: bots.session_id, access_token: bots.access_token })
  const api = { sessions: { 'x-api-key': sessions }, blazwa: { 'x-api-key': blazwa } }
  const post = async (
    path: string,
    field: string,
    to: [name: string, phone: string],
    headers: Record<string, string> = {},
  ) => {
    const bytes = Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(300_000)])
    const body = new FormData()
    body.set(...to)
    body.set(field, new Blob([new Uint8Array(bytes)], { type: 'application/pdf' }), 'list.pdf')
    const answer = await fetch(ground.url + path, { method: 'POST', headers, body })
    expect(answer.status, await answer.clone().text()).toBe(200)
    await eventually('the phone to show it', async () =>
      ((await shownMessages(ground.lab.url, contact())) as Shown[]).some(({ sha256 }) => sha256 === hashOf(bytes)),
    )
    expect(await kept.sizeOf(hashOf(bytes))).toBe(bytes.length)
  }
  await post(`/api/sessions/${id}/send-media`, 'media', ['to', contact()], api.sessions)
  await post(`/whatsapp/message/doc?${bot}`, 'file', ['chatId', contact()])

  const receivers = { blazwa: await Receiver.start(), bots: await Receiver.start() }
  try {
    const { url: webhook } = receivers.blazwa
    await json('POST', `${ground.url}/openapi/wa/webhook`, { headers: api.blazwa, body: { webhook } })
    const wanted = { webhook_url: receivers.bots.url, events: ['onMessage'] }
    await json('PUT', `${ground.url}/whatsapp/setWebhook?${bot}`, { body: wanted })
    const theirs = randomBytes(300_000)
    await contactSends(theirs)
    const links = [
      async () => receivers.blazwa.events[0] as unknown as { media_url: string } | undefined,
      async () => receivers.bots.events[0]?.data as { media_url: string } | undefined,
    ]
    for (const link of links) {
      const { media_url } = await eventually('the post', link)
      expect((await fetch(media_url)).status).toBe(401)
      expect(await untilServed(media_url, authorization())).toEqual(theirs)
    }
  } finally {
    await Promise.all(Object.values(receivers).map((receiver) => receiver.stop()))
  }
})

test("the dashboard's cookie opens a file, in parts as well, and nothing that another page asks for", async () => {
  const bytes = randomBytes(200_000)
  const { id } = (await (await upload(bytes)).json()) as { id: string }
  const mark = { 'x-kurir-dashboard': '1', 'content-type': 'application/json' }
  const body = JSON.stringify({ key: ground.place.keys.native })
  const login = await fetch(`${ground.url}/dashboard/login`, { method: 'POST', headers: mark, body })
  const cookie = (login.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  const file = `${ground.url}/v1/media/${id}`
  expect(await untilServed(file, { cookie })).toEqual(bytes)
  const part = await fetch(file, { headers: { cookie, range: 'bytes=100000-' } })
  expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(100_000)])
  const head = await fetch(file, { method: 'HEAD', headers: { cookie } })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '200000'])
  expect((await fetch(file, { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
  expect((await fetch(file)).status).toBe(401)
})

test('while the bucket is away messages come in, and files are refused; all is made good when it is back', async () => {
  const [before, during] = [randomBytes(100_000), randomBytes(100_000)]
  const { id: known } = (await (await upload(before)).json()) as { id: string }
  await bucket.goAway()
  const received = await receive(during)
  for (const refused of [await get(known), await get(received), await upload(randomBytes(1000))]) {
    expect(refused.status).toBe(503)
    expect(refused.headers.has('retry-after')).toBe(true)
    expect(await refused.json()).toMatchObject({ code: 'unavailable' })
  }
  await bucket.comeBack()
  // Without anybody's asking for it.
  await eventually('the file in the bucket', () => kept.sizeOf(hashOf(during)), { timeoutMs: 60_000 })
  expect(hashOf(await untilHere(received))).toBe(hashOf(during))
  expect(hashOf(await untilHere(known))).toBe(hashOf(before))
})

test('a message that was accepted waits for the bucket, also where the gateway starts without it', async () => {
  const bytes = randomBytes(50_000)
  const { id } = (await (await upload(bytes)).json()) as { id: string }
  await ground.kill()
  await ground.begin({ KURIR_FAILPOINT: 'prepare.before' })
  await ground.connected()
  const { wa_id } = await send({ id })
  await ground.ended
  await bucket.goAway()
  await ground.begin()
  await ground.connected()
  expect((await get(id)).status).toBe(503)
  await bucket.comeBack()
  expect((await untilShown(wa_id)).sha256).toBe(hashOf(bytes))
  const shown = (await shownMessages(ground.lab.url, contact())) as Shown[]
  expect(shown.filter((row) => row.id === wa_id)).toHaveLength(1)
})

test('another installation is refused at the prefix; a restored backup of this one goes on with its files', async () => {
  const bytes = randomBytes(50_000)
  const { id } = (await (await upload(bytes)).json()) as { id: string }
  const other = join(ground.directory, 'other')
  const settings = { KURIR_NETWORK: 'lab', KURIR_LAB_URL: ground.lab.ws, KURIR_LAB_ROOT_KEY: ground.lab.rootKey }
  const stranger = { ...settings, ...bucket.settings, KURIR_PORT: '0', KURIR_DATA: other }
  const { status, stderr } = await kurir(['start', '--exit-with-parent', '--json'], stranger)
  expect(status).toBe(1)
  expect(stderr).toMatch(/The prefix "files\/" of the bucket "kurir-files" belongs to another installation/)
  const file = join(ground.directory, 'backup.db')
  const data = join(ground.directory, 'gateway')
  expect(await kurir(['backup', file, '--data', data], bucket.settings)).toMatchObject({ status: 0 })
  await ground.end()
  const restored = join(ground.directory, 'restored')
  expect(await kurir(['restore', file, '--data', restored], bucket.settings)).toMatchObject({ status: 0 })
  await ground.begin({ KURIR_DATA: restored })
  expect(await untilHere(id)).toEqual(bytes)
  await ground.end()
  // Without the database it is another installation, whatever else is the same.
  expect((await kurir(['start', '--exit-with-parent', '--json'], stranger)).status).toBe(1)
  await ground.begin()
  await ground.connected()
}, 120_000)

test('whatever was under way when it was killed, each file that can be named is whole', async () => {
  const told: { id: string; sha256: string }[] = []
  for (const afterMs of [5, 20, 60]) {
    const work = Promise.allSettled(
      Array.from({ length: 12 }, async () => {
        const bytes = randomBytes(400_000)
        const answer = await upload(bytes)
        if (answer.status === 201)
          told.push({ id: ((await answer.json()) as { id: string }).id, sha256: hashOf(bytes) })
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await ground.kill()
    await work
    await ground.begin()
    await upload(randomBytes(10))
  }
  const last = randomBytes(10)
  told.push({ id: ((await (await upload(last)).json()) as { id: string }).id, sha256: hashOf(last) })
  for (const { id, sha256 } of told) expect(hashOf(await untilHere(id))).toBe(sha256)
})

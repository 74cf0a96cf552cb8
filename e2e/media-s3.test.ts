import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MediaFiles } from '../packages/gateway/src/media/files.ts'
import { S3Server } from '../packages/gateway/src/media/test/s3-server.ts'
import { eventually, json, shownMessages } from './support/api.ts'
import { Ground } from './support/ground.ts'

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

/** The contact sends a document; answers the file's id, once its message is there. */
async function receive(bytes: Buffer): Promise<string> {
  const document = { base64: bytes.toString('base64'), mimetype: 'application/octet-stream', fileName: 'a.bin' }
  const body = { to: session().phone, document }
  const { id } = await json<{ id: string }>('POST', `${ground.lab.url}/phones/${contact()}/messages`, { body })
  const path = `/v1/sessions/${session().id}/messages?direction=in`
  const found = await eventually('the message', async () => {
    const { data } = await ground.api<{ data: { wa_id: string; media?: { id: string } }[] }>('GET', path)
    return data.find(({ wa_id }) => wa_id === id)
  })
  return found.media?.id ?? ''
}

const get = (id: string) => fetch(`${ground.url}/v1/media/${id}`, { headers: authorization() })
const upload = (bytes: Buffer) =>
  fetch(`${ground.url}/v1/media`, {
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  })

const send = (media: object) =>
  ground.api<{ id: string; wa_id: string }>('POST', `/v1/sessions/${session().id}/messages`, {
    ...{ to: contact(), type: 'document', media },
  })

const untilShown = (waId: string) =>
  eventually(
    'the phone to show it',
    async () => ((await shownMessages(ground.lab.url, contact())) as Shown[]).find(({ id }) => id === waId),
    { timeoutMs: 60_000 },
  )

async function untilHere(id: string): Promise<Buffer> {
  const answer = await eventually(
    'the file',
    async () => {
      const found = await get(id)
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

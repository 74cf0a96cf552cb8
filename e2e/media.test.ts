import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf, receivedIn } from './support/client.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

interface Media {
  id: string
  mimetype: string
  size: number
  sha256: string
  url: string
}

interface Row {
  id: string
  sha256?: string
  size?: number
  fileName?: string
}

const MB = 1024 * 1024
let sandbox: RunningSandbox
beforeAll(async () => {
  sandbox = await startSandbox(['--restart-on-exit'])
})
afterAll(() => sandbox?.stop())

const contact = () => sandbox.contract.contacts[0]?.phone ?? ''
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const authorization = () => `Bearer ${sandbox.contract.keys.native}`

async function upload(bytes: Buffer, name: string): Promise<Media> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]), name)
  const url = `${sandbox.contract.gateway}/v1/media`
  const response = await fetch(url, { method: 'POST', headers: { authorization: authorization() }, body: form })
  expect(response.status).toBe(201)
  return (await response.json()) as Media
}

async function get(id: string): Promise<{ status: number; bytes: Buffer }> {
  const url = `${sandbox.contract.gateway}/v1/media/${id}`
  const response = await fetch(url, { headers: { authorization: authorization() } })
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
}

/** The contact sends a document; answers the id that the gateway gave the file. */
async function receive(bytes: Buffer): Promise<string> {
  const { lab, phone, session } = sandbox.contract
  const document = { base64: bytes.toString('base64'), mimetype: 'application/octet-stream', fileName: 'a.bin' }
  const { id } = await json<{ id: string }>('POST', `${lab}/phones/${contact()}/messages`, {
    body: { to: phone, document },
  })
  const list = () => receivedIn(clientOf(sandbox.contract), session)
  const found = await eventually('the message', async () => (await list()).find(({ wa_id }) => wa_id === id))
  return found.media?.id ?? ''
}

/** What the media server answers, until it is set right again. */
async function failMedia(code: number): Promise<() => Promise<unknown>> {
  const { lab } = sandbox.contract
  await json('POST', `${lab}/faults`, { body: { kind: 'media-error', code } })
  return () => json('DELETE', `${lab}/faults`)
}

test('a large file goes from a form to the phone, byte for byte', async () => {
  const { lab, session } = sandbox.contract
  const bytes = randomBytes(24 * MB)
  const media = await upload(bytes, 'laporan.bin')
  expect(media).toMatchObject({ size: bytes.length, sha256: hashOf(bytes) })
  const document = { to: contact(), type: 'document', media: { id: media.id } } as const
  const sent = await clientOf(sandbox.contract).send(session, document, { wait: 30_000 })
  expect(['sent', 'delivered']).toContain(sent.status)
  const shown = await eventually('the phone to show it', async () =>
    ((await shownMessages(lab, contact())) as Row[]).find(({ id }) => id === sent.wa_id),
  )
  expect(shown).toMatchObject({ sha256: hashOf(bytes), size: bytes.length, fileName: 'laporan.bin' })
})

test('many who ask at once for a file that just came in all get it', async () => {
  const bytes = randomBytes(2 * MB)
  const id = await receive(bytes)
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(id)))
  for (const { status, bytes: got } of answers) expect([status, hashOf(got)]).toEqual([200, hashOf(bytes)])
})

test('a file whose server failed is fetched after the gateway was killed', async () => {
  const bytes = randomBytes(300_000)
  const mend = await failMedia(503)
  const id = await receive(bytes)
  expect((await get(id)).status).toBe(503)
  const next = sandbox.nextGateway()
  process.kill(sandbox.gatewayPid(), 'SIGKILL')
  await next
  await mend()
  const got = await eventually('the file', async () => {
    const answer = await get(id)
    return answer.status === 200 && answer
  })
  expect(hashOf(got.bytes)).toBe(hashOf(bytes))
})

test('a file that its server no longer has is gone, and its message stays', async () => {
  const mend = await failMedia(404)
  const id = await receive(randomBytes(1000))
  await eventually('it is known to be gone', async () => (await get(id)).status === 410)
  await mend()
  expect((await get(id)).status).toBe(410)
})

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf, receivedIn } from './support/client.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

const MB = 1024 * 1024
const FILE_BYTES = 50 * MB
const SMALL_BYTES = 4 * MB
const LIMIT_BYTES = 20 * MB
/** The first small files load and compile the code of their way. */
const WARM_UPS = 2
/** Other work of the process may coincide with one run, not with each of them. */
const MOST_RUNS = 3

let sandbox: RunningSandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())

const contact = () => sandbox.contract.contacts[0]?.phone ?? ''
const native = () => ({ authorization: `Bearer ${sandbox.contract.keys.native}` })
let files = 0

/** A PDF, to those who look at its first bytes, which nobody has sent before. */
function* pdf(bytes: number) {
  const head = Buffer.from(`%PDF-1.4\n% ${process.pid} ${++files}\n`)
  yield head
  for (let left = bytes - head.length; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(65_536, left), left % 251)
}

/** Posts a form whose file is made while it is sent; `file` is its field's name and its bytes. */
async function postForm<Answer>(url: string, headers: Record<string, string>, fields: object, file: [string, number]) {
  const [name, bytes] = file
  const form = function* () {
    for (const [field, value] of Object.entries(fields)) {
      yield Buffer.from(`--b\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`)
    }
    const type = 'content-type: application/pdf'
    yield Buffer.from(`--b\r\ncontent-disposition: form-data; name="${name}"; filename="a.pdf"\r\n${type}\r\n\r\n`)
    yield* pdf(bytes)
    yield Buffer.from('\r\n--b--\r\n')
  }
  const body = Readable.toWeb(Readable.from(form())) as ReadableStream
  const type = { 'content-type': 'multipart/form-data; boundary=b' }
  const init = { method: 'POST', headers: { ...headers, ...type }, body, duplex: 'half' } as RequestInit
  const response = await fetch(url, init)
  const text = await response.text()
  expect(response.ok, text).toBe(true)
  return JSON.parse(text) as Answer
}

const shownFile = (id: string) =>
  eventually('the file to be shown', async () =>
    (await shownMessages(sandbox.contract.lab, contact())).find((row) => row.id === id),
  )

async function upload(bytes: number): Promise<string> {
  const { gateway } = sandbox.contract
  return (await postForm<{ id: string }>(`${gateway}/v1/media`, native(), {}, ['file', bytes])).id
}

async function send(media: string): Promise<void> {
  const document = { to: contact(), type: 'document', media: { id: media } } as const
  const sent = await clientOf(sandbox.contract).send(sandbox.contract.session, document, { wait: 30_000 })
  await shownFile(sent.wa_id)
}

async function sendMedia(bytes: number): Promise<void> {
  const { gateway, session, keys } = sandbox.contract
  const url = `${gateway}/api/sessions/${session}/send-media`
  const fields = { to: contact() }
  const sent = await postForm<{ messageId: string }>(url, { 'x-api-key': keys.sessions }, fields, ['media', bytes])
  await shownFile(sent.messageId)
}

async function receive(bytes: number): Promise<void> {
  const { session, lab, phone } = sandbox.contract
  const content = Buffer.concat([...pdf(bytes)])
  const document = { base64: content.toString('base64'), mimetype: 'application/pdf', fileName: 'a.pdf' }
  const { id } = await json<{ id: string }>('POST', `${lab}/phones/${contact()}/messages`, {
    body: { to: phone, document },
  })
  const sha256 = createHash('sha256').update(content).digest('hex')
  await eventually('the file to be here', async () => {
    const messages = await receivedIn(clientOf(sandbox.contract), session)
    return messages.find(({ wa_id, media }) => wa_id === id && media?.sha256 === sha256)
  })
}

/** By how much the gateway's memory grew at most while something was done, in bytes. */
async function growthIn(work: () => Promise<unknown>): Promise<number> {
  const proc = `/proc/${sandbox.gatewayPid()}`
  // The highest mark falls back to what is in use now.
  writeFileSync(`${proc}/clear_refs`, '5')
  const mark = (name: string) => {
    const [, kilobytes = '0'] =
      new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`${proc}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  }
  const before = mark('VmRSS')
  await work()
  return mark('VmHWM') - before
}

const WAYS: [string, (bytes: number) => Promise<() => Promise<unknown>>][] = [
  ['uploading by POST /v1/media', async (bytes) => () => upload(bytes)],
  [
    'sending what was uploaded',
    async (bytes) => {
      const media = await upload(bytes)
      return () => send(media)
    },
  ],
  ['sending by the sessions dialect', async (bytes) => () => sendMedia(bytes)],
  ['receiving', async (bytes) => () => receive(bytes)],
]

test.for(WAYS)(
  '50 MB take 20 MB of memory at most: %s',
  { timeout: 60_000, skip: process.platform !== 'linux' },
  async ([, make]) => {
    for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) await (await make(SMALL_BYTES))()
    let least = Number.POSITIVE_INFINITY
    for (let run = 0; run < MOST_RUNS && least >= LIMIT_BYTES; run++) {
      least = Math.min(least, await growthIn(await make(FILE_BYTES)))
    }
    expect(least).toBeLessThan(LIMIT_BYTES)
  },
)

import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { MediaContent } from '../core/content.ts'
import { newId } from '../core/ids.ts'
import type { MediaId } from '../core/media.ts'
import type { MessageRecord } from '../core/message.ts'
import { FileMissing, type FileSource, UploadFailed } from '../engine/port.ts'
import { ManualClock } from '../sessions/test/manual-clock.ts'
import { MAX_UPLOADS } from './outcome.ts'
import { CONTACT, Rig, TENANT, until } from './test/rig.ts'

let rig: Rig
afterEach(() => rig.close())

const BYTES = Buffer.from('a picture')

/** A file on disk that `open` answers for every id but those of `missing`. */
class Files implements FileSource {
  readonly missing = new Set<MediaId>()

  async open(id: MediaId) {
    if (this.missing.has(id)) throw new FileMissing('it was deleted')
    const path = join(rig.dataDir, id)
    await writeFile(path, BYTES)
    return { size: BYTES.length, mimetype: 'image/png', traits: {}, read: () => createReadStream(path) }
  }
}

function image(): MediaContent {
  return {
    type: 'image',
    media: { id: newId('med'), mimetype: 'image/png', size: BYTES.length, fileName: null, sha256: null },
    caption: 'look',
  }
}

async function send(content = image()): Promise<MessageRecord> {
  const options = { waitMs: 0, idempotency: null }
  return (await rig.messages.send(TENANT, 'shop', { to: CONTACT, content }, options)).message
}

const statuses = ({ history }: MessageRecord) => history.map(({ status }) => status)

test('a file is uploaded over the connection, the bytes are saved, and every attempt sends the same', async () => {
  rig = await Rig.open({ files: new Files() })
  const account = rig.account(await rig.connected())
  account.answer = (_message, attempt) => (attempt === 1 ? { kind: 'drop-after' } : { kind: 'ack' })
  let uploads = 0
  account.beforeUpload = () => {
    uploads += 1
  }
  const { id } = await send()
  const sent = await rig.untilMessage(id, 'sent')
  expect(statuses(sent)).toEqual(['accepted', 'prepared', 'sent'])
  expect(sent.attempts).toBe(2)
  const [first, second] = account.attempted
  expect(Buffer.from(first?.proto ?? []).equals(Buffer.from(second?.proto ?? []))).toBe(true)
  expect(first?.proto.length).toBeGreaterThan(0)
  expect([...account.uploads.values()]).toEqual([BYTES])
  expect(uploads).toBe(1)
})

test('a file is not uploaded again by the process after one that ended between the upload and the ack', async () => {
  rig = await Rig.open({ files: new Files() })
  const account = rig.account(await rig.connected())
  let uploads = 0
  account.beforeUpload = () => {
    uploads += 1
  }
  account.opensItself = false
  account.answer = () => ({ kind: 'drop-before' })
  const { id } = await send()
  await until('it was tried', () => (account.attempted.length > 0 ? true : undefined))
  await rig.shutDown()
  account.opensItself = true
  account.answer = () => ({ kind: 'ack' })
  rig = await Rig.open({ files: new Files(), dataDir: rig.dataDir, engine: rig.engine })
  await rig.sessions.resume()
  await rig.untilMessage(id, 'sent')
  const [first, second] = account.attempted.map(({ proto }) => Buffer.from(proto).toString('hex'))
  expect(second).toBe(first)
  expect(uploads).toBe(1)
})

test('a file that is gone fails the message without an attempt, and the chat goes on', async () => {
  const files = new Files()
  rig = await Rig.open({ files })
  const account = rig.account(await rig.connected())
  const content = image()
  files.missing.add(content.media.id)
  const { id } = await send(content)
  const failed = await rig.untilMessage(id, 'failed')
  expect(failed.history.at(-1)).toMatchObject({ status: 'failed', reason: 'media_unavailable' })
  expect(failed.attempts).toBe(0)
  expect(account.attempted).toEqual([])
  const next = await rig.text('halo')
  await rig.untilMessage(next.id, 'sent')
})

test('a gateway without files fails such messages', async () => {
  rig = await Rig.open()
  await rig.connected()
  const { id } = await send()
  const failed = await rig.untilMessage(id, 'failed')
  expect(failed.history.at(-1)).toMatchObject({ reason: 'media_unavailable' })
})

test('an upload that fails is tried again after a while, and given up in the end', async () => {
  const clock = new ManualClock()
  rig = await Rig.open({ clock, files: new Files() })
  const account = rig.account(await rig.connected())
  let uploads = 0
  account.beforeUpload = () => {
    uploads += 1
    if (uploads < 3) throw new UploadFailed('the media server is away')
  }
  const late = await send()
  await until('it was sent', async () => {
    await clock.advance(60_000)
    return (await rig.messages.get(null, late.id)).status === 'sent' || undefined
  })
  expect(uploads).toBe(3)

  uploads = 0
  account.beforeUpload = () => {
    uploads += 1
    throw new UploadFailed('the media server is away')
  }
  const never = await send()
  await until('it is given up', async () => {
    await clock.advance(60_000)
    return (await rig.messages.get(null, never.id)).status === 'failed' || undefined
  })
  expect((await rig.messages.get(null, never.id)).history.at(-1)).toMatchObject({ reason: 'upload_failed' })
  expect(uploads).toBe(MAX_UPLOADS)
  expect(account.attempted).toHaveLength(1)
})

test('a connection that ends during the upload leaves the message for the next one', async () => {
  rig = await Rig.open({ files: new Files() })
  const account = rig.account(await rig.connected())
  let uploads = 0
  account.beforeUpload = () => {
    uploads += 1
    if (uploads === 1) account.drop()
  }
  const { id } = await send()
  const sent = await rig.untilMessage(id, 'sent')
  expect(sent.attempts).toBe(1)
  expect(uploads).toBe(2)
})

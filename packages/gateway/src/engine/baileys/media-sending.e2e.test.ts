import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MediaContent } from '../../core/content.ts'
import type { Jid } from '../../core/jid.ts'
import type { OutgoingContent } from '../../core/message.ts'
import { ConnectionLost, FileMissing, type OutboundMessage, UploadFailed } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'
import { addressOf, outbound, type Row, sha256, shownRow, someBytes, TestFiles } from './test/kinds.ts'

const ALICE = '15554000001'
const BOB = '15554000002'

let bench: Bench
let alice: Awaited<ReturnType<Bench['pair']>>
let group: Jid
const files = new TestFiles()

beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(BOB, { name: 'Bob' })
  alice = await bench.pair(ALICE, { name: 'Alice' })
  group = await bench.group('Family', ALICE, [BOB])
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
  await files.close()
})

async function send(content: OutgoingContent, to = BOB): Promise<{ message: OutboundMessage; row: Row }> {
  const message = await outbound(bench, alice.connection, to, content, { files })
  expect(await alice.connection.send(message)).toMatchObject({ kind: 'acked' })
  return { message, row: await shownRow(bench, BOB, message.waId) }
}

/** What every message with a file says of it. */
function fileFields(bytes: Uint8Array, mimetype: string) {
  return {
    url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\//),
    directPath: expect.stringMatching(/^\//),
    mediaKey: expect.stringMatching(/^.{44}$/),
    fileSha256: Buffer.from(sha256(bytes), 'hex').toString('base64'),
    fileEncSha256: expect.stringMatching(/^.{44}$/),
    fileLength: bytes.length,
    mimetype,
    mediaKeyTimestamp: expect.any(Number),
  }
}

const thumbnail = Buffer.from('a small jpeg')
const jpegThumbnail = thumbnail.toString('base64')
const secret = { messageSecret: expect.any(String) }

describe('a file is uploaded, and the phone has it as it was', () => {
  test('image', async () => {
    const bytes = someBytes()
    const media = await files.add(bytes, 'image/jpeg', { width: 640, height: 480, thumbnail })
    const { row } = await send({ type: 'image', media, caption: 'look', forwarded: true })
    expect(row).toMatchObject({ type: 'image', caption: 'look', sha256: sha256(bytes), size: bytes.length })
    expect(row.message).toEqual({
      imageMessage: {
        ...fileFields(bytes, 'image/jpeg'),
        ...{ width: 640, height: 480, jpegThumbnail, caption: 'look' },
        contextInfo: { isForwarded: true, forwardingScore: 1 },
      },
      messageContextInfo: secret,
    })
  })

  test('image to a group, whose caption names somebody', async () => {
    const bytes = someBytes(16)
    const media = await files.add(bytes, 'image/png')
    const mentions = [`${BOB}@s.whatsapp.net` as Jid]
    const { row } = await send({ type: 'image', media, caption: `@${BOB}`, mentions, mentionAll: true }, group)
    expect(row).toMatchObject({ chat: group, sha256: sha256(bytes) })
    expect(row.message.imageMessage?.contextInfo).toEqual({ mentionedJid: mentions, nonJidMentions: 1 })
  })

  test('video, and one without sound that repeats', async () => {
    const bytes = someBytes()
    const media = await files.add(bytes, 'video/mp4', { width: 320, height: 240, seconds: 7.4, thumbnail })
    const { row } = await send({ type: 'video', media, caption: 'watch' })
    expect(row).toMatchObject({ type: 'video', caption: 'watch', sha256: sha256(bytes), seconds: 7 })
    expect(row.message.videoMessage).toEqual({
      ...fileFields(bytes, 'video/mp4'),
      ...{ width: 320, height: 240, seconds: 7, jpegThumbnail, caption: 'watch' },
    })
    const gif = await send({ type: 'video', media, gif: true })
    expect(gif.row).toMatchObject({ type: 'video', gif: true, sha256: sha256(bytes) })
    expect(gif.row.message.videoMessage).not.toHaveProperty('caption')
    const note = await send({ type: 'video', media, note: true })
    expect(note.row).toMatchObject({ type: 'video', note: true, sha256: sha256(bytes) })
  })

  test('audio', async () => {
    const bytes = someBytes()
    const media = await files.add(bytes, 'audio/mpeg', { seconds: 180 })
    const { row } = await send({ type: 'audio', media })
    expect(row).toMatchObject({ type: 'audio', sha256: sha256(bytes) })
    expect(row.message.audioMessage).toEqual({ ...fileFields(bytes, 'audio/mpeg'), seconds: 180, ptt: false })
  })

  test('voice', async () => {
    const bytes = someBytes()
    const waveform = Uint8Array.from({ length: 64 }, (_, index) => index)
    const media = await files.add(bytes, 'audio/ogg', { seconds: 3, waveform })
    const { row } = await send({ type: 'voice', media })
    expect(row).toMatchObject({ type: 'voice', sha256: sha256(bytes), seconds: 3 })
    expect(row.message.audioMessage).toEqual({
      ...fileFields(bytes, 'audio/ogg; codecs=opus'),
      ...{ seconds: 3, ptt: true, waveform: Buffer.from(waveform).toString('base64') },
    })
  })

  test('document, under its own name or another, with a caption', async () => {
    const bytes = someBytes()
    const media = await files.add(bytes, 'application/pdf', {}, 'invoice.pdf')
    const { row } = await send({ type: 'document', media })
    expect(row).toMatchObject({ type: 'document', fileName: 'invoice.pdf', sha256: sha256(bytes) })
    expect(row.message.documentMessage).toEqual({
      ...fileFields(bytes, 'application/pdf'),
      ...{ fileName: 'invoice.pdf', title: 'invoice.pdf' },
    })
    const named = await send({ type: 'document', media, fileName: 'bill.pdf', caption: 'please pay' })
    expect(named.row).toMatchObject({ type: 'document', fileName: 'bill.pdf', caption: 'please pay' })
    expect(named.row.message.documentWithCaptionMessage).toMatchObject({ message: { documentMessage: {} } })
  })

  test('sticker', async () => {
    const bytes = someBytes(4_096)
    const media = await files.add(bytes, 'image/webp', { width: 512, height: 512 })
    const { row } = await send({ type: 'sticker', media })
    expect(row).toMatchObject({ type: 'sticker', sha256: sha256(bytes) })
    expect(row.message.stickerMessage).toEqual({
      ...fileFields(bytes, 'image/webp'),
      ...{ width: 512, height: 512, stickerSentTs: expect.any(Number) },
    })
  })

  test.each(['image', 'video', 'voice'] as const)('a %s to be opened once', async (type) => {
    const bytes = someBytes(100)
    const media = await files.add(bytes, { image: 'image/jpeg', video: 'video/mp4', voice: 'audio/ogg' }[type])
    const { row } = await send({ type, media, viewOnce: true })
    expect(row).toMatchObject({ type, viewOnce: true, sha256: sha256(bytes) })
  })

  test('above buttons', async () => {
    const bytes = someBytes()
    const media = await files.add(bytes, 'image/jpeg', { thumbnail })
    const buttons = [{ kind: 'reply', id: 'y', title: 'Yes' }] as const
    const { row } = await send({ type: 'buttons', text: 'This one?', media, buttons: [...buttons] })
    expect(row).toMatchObject({ type: 'interactive', header: 'image', sha256: sha256(bytes), buttons: [{ id: 'y' }] })
    const plain = await send({ type: 'buttons', text: 'This one?', media, buttons: [...buttons], form: 'text' })
    expect(plain.row).toMatchObject({ type: 'image', caption: 'This one?\n\n1. Yes', sha256: sha256(bytes) })
  })

  test.each([1, 15, 16, 17, 65_536, 5_000_000])('of %i bytes', async (length) => {
    const bytes = someBytes(length)
    const media = await files.add(bytes, 'application/zip', {}, 'all.zip')
    const { row } = await send({ type: 'document', media })
    expect(row).toMatchObject({ sha256: sha256(bytes), size: length })
  })
})

describe('the bytes of a message with a file', () => {
  const image = async (): Promise<MediaContent> => ({ type: 'image', media: await files.add(someBytes(), 'image/png') })

  test('are made once, under a key of their own each time', async () => {
    const content = await image()
    expect(bench.engine.compose(content, null, addressOf(BOB))).toBeUndefined()
    const [one, two] = [await send(content), await send(content)]
    expect(one.row.message.imageMessage?.mediaKey).not.toBe(two.row.message.imageMessage?.mediaKey)
    await alice.connection.send(one.message)
    const row = await eventually(async () => {
      const shown = await shownRow(bench, BOB, one.message.waId)
      return shown.copies === 2 && shown
    })
    expect(row.message).toEqual(one.row.message)
  })

  test('cannot be had of a file that is gone, and nothing is sent', async () => {
    const content = await image()
    await files.lose(content.media)
    const to = addressOf(BOB)
    await expect(alice.connection.prepare(content, null, to, files)).rejects.toBeInstanceOf(FileMissing)
    const unknown = { ...content, media: { ...content.media, id: 'med_nobody' as typeof content.media.id } }
    await expect(alice.connection.prepare(unknown, null, to, files)).rejects.toBeInstanceOf(FileMissing)
  })

  test('cannot be had while the media server takes nothing, and can afterwards', async () => {
    const content = await image()
    await bench.control.fault('media-error', { session: ALICE, code: 500 })
    const to = addressOf(BOB)
    await expect(alice.connection.prepare(content, null, to, files)).rejects.toBeInstanceOf(UploadFailed)
    await bench.control.call('DELETE', '/faults')
    expect((await send(content)).row.sha256).toBe(content.media.sha256)
  })

  test('cannot be had over a connection that ends', async () => {
    const content = await image()
    const fresh = await bench.login(alice.session, bench.newEngine())
    await bench.control.fault('slow', { session: ALICE, ms: 2_000 })
    const preparing = fresh.connection.prepare(content, null, addressOf(BOB), files)
    const lost = expect(preparing).rejects.toBeInstanceOf(ConnectionLost)
    await fresh.connection.close()
    await lost
    await bench.control.call('DELETE', '/faults')
    await expect(fresh.connection.prepare(content, null, addressOf(BOB), files)).rejects.toBeInstanceOf(ConnectionLost)
  })
})

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { DownloadFailed } from '../engine/port.ts'
import { ManualClock } from '../sessions/test/manual-clock.ts'
import { bytesOf, MediaRig, OTHER, TENANT, until } from './test/media-rig.ts'

let rig: MediaRig
afterEach(() => rig?.close())

const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a6' } })
  .jpeg()
  .toBuffer()
const sha256 = createHash('sha256').update(picture).digest('hex')
const hash64 = Buffer.from(sha256, 'hex').toString('base64')

test('twenty who ask at once for a received file share one download', async () => {
  rig = await MediaRig.open()
  const id = await rig.receive(picture)
  const opened = await Promise.all(Array.from({ length: 20 }, () => rig.media.open(TENANT, id)))
  expect(rig.remote.begun).toHaveLength(1)
  for (const file of opened) expect(await bytesOf(file.read())).toEqual(picture)
  await rig.media.open(TENANT, id)
  expect(rig.remote.begun).toHaveLength(1)
  expect(await rig.media.get(TENANT, id)).toMatchObject({ size: picture.length, sha256, mimetype: 'image/jpeg' })
})

test('what came in is fetched in the background, also what a killed process had left', async () => {
  rig = await MediaRig.open()
  const before = await rig.receive(picture, { fileSha256: hash64 })
  rig = await rig.restart()
  await rig.media.start()
  const during = await rig.receive(Buffer.concat([picture, Buffer.alloc(9)]))
  for (const id of [before, during]) {
    await until('it is here', async () => ((await rig.media.get(TENANT, id)).sha256 ? true : undefined))
  }
  expect(rig.remote.begun).toHaveLength(2)
})

test('another tenant has no such file, and it is not fetched for him', async () => {
  rig = await MediaRig.open()
  const id = await rig.receive(picture)
  await expect(rig.media.open(OTHER, id)).rejects.toMatchObject({ code: 'media_not_found' })
  await expect(rig.media.get(OTHER, id)).rejects.toMatchObject({ code: 'media_not_found' })
  expect(rig.remote.begun).toEqual([])
})

test('a server that cannot be reached is asked again, later and later, until it answers', async () => {
  const clock = new ManualClock()
  rig = await MediaRig.open({ clock, random: () => 0.999 })
  const id = await rig.receive(picture)
  rig.remote.answer = async () => {
    throw new DownloadFailed('unreachable', 'nobody there')
  }
  await expect(rig.media.open(TENANT, id)).rejects.toMatchObject({ code: 'unavailable' })
  const waits: number[] = []
  for (let attempt = 0; attempt < 4; attempt++) {
    const due = await rig.store.media.nextDownloadAt({ after: 0, maxBytes: 1e9 })
    waits.push((due ?? 0) - clock.now())
    await expect(rig.media.open(TENANT, id)).rejects.toMatchObject({ code: 'unavailable' })
  }
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  expect(waits[0]).toBeGreaterThanOrEqual(5_000)
  rig.remote.answer = undefined
  expect(await bytesOf((await rig.media.open(TENANT, id)).read())).toEqual(picture)
})

test('a file that is gone is not asked for again', async () => {
  rig = await MediaRig.open()
  const id = await rig.receive(picture)
  rig.remote.answer = async () => {
    throw new DownloadFailed('gone', '410')
  }
  for (let n = 0; n < 3; n++) await expect(rig.media.open(TENANT, id)).rejects.toMatchObject({ code: 'media_gone' })
  expect(rig.remote.begun).toHaveLength(1)
})

test('bytes that are not those of the message are never given out', async () => {
  rig = await MediaRig.open()
  const id = await rig.receive(picture, { fileSha256: hash64 })
  rig.remote.answer = async () => Readable.from([Buffer.from('something else')])
  for (let n = 0; n < 3; n++) await expect(rig.media.open(TENANT, id)).rejects.toMatchObject({ code: 'unavailable' })
  await expect(rig.media.open(TENANT, id)).rejects.toMatchObject({ code: 'media_gone' })
  expect(await rig.files()).toEqual([])
})

test('a download that breaks off in the middle leaves nothing, and the next one brings the file', async () => {
  rig = await MediaRig.open()
  const id = await rig.receive(picture)
  rig.remote.answer = async () =>
    Readable.from(
      (async function* () {
        yield picture.subarray(0, 100)
        await setImmediate()
        throw new DownloadFailed('unreachable', 'cut')
      })(),
    )
  await expect(rig.media.open(TENANT, id)).rejects.toMatchObject({ code: 'unavailable' })
  expect(await rig.files()).toEqual([])
  rig.remote.answer = undefined
  expect((await rig.media.open(TENANT, id)).sha256).toBe(sha256)
})

test('stopping cuts a download that hangs, and it stays due', async () => {
  rig = await MediaRig.open()
  rig.remote.answer = async () => new Readable({ read() {} })
  await rig.media.start()
  const id = await rig.receive(picture)
  await until('it has begun', async () => (rig.remote.begun.length > 0 ? true : undefined))
  rig = await rig.restart()
  rig.remote.answer = undefined
  await rig.media.start()
  await until('it is here', async () => ((await rig.media.get(TENANT, id)).sha256 ? true : undefined))
})

test('the larger ones wait until somebody asks', async () => {
  rig = await MediaRig.open({ maxBytes: 1000 })
  await rig.media.start()
  const large = await rig.receive(Buffer.concat([picture, Buffer.alloc(5000)]))
  const small = await rig.receive(picture)
  await until('the small one is here', async () => ((await rig.media.get(TENANT, small)).sha256 ? true : undefined))
  expect((await rig.media.get(TENANT, large)).sha256).toBeNull()
  expect((await rig.media.open(TENANT, large)).size).toBe(picture.length + 5000)
})

import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import type { MediaId } from '../core/media.ts'
import { ManualClock } from '../sessions/test/manual-clock.ts'
import { bytesOf, MediaRig, OTHER, TENANT } from './test/media-rig.ts'

const DAY = 24 * 3_600_000
let rig: MediaRig
afterEach(() => rig?.close())

const give = async (text: string, tenant = TENANT) =>
  rig.media.fromStream(tenant, Readable.from([Buffer.from(text)]), { mimetype: 'text/plain' })
const exists = (id: MediaId, tenant = TENANT) =>
  rig.media.open(tenant, id).then(
    () => true,
    (error: { code: string }) => error.code,
  )

test('files go when nobody used them for the days set, and not before', async () => {
  const clock = new ManualClock()
  rig = await MediaRig.open({ clock, days: 30 })
  const unused = await give('unused')
  const used = await give('used')
  await clock.advance(20 * DAY)
  await rig.media.open(TENANT, used.id)
  await rig.media.prune(clock.now())
  expect(await rig.files()).toHaveLength(2)
  await clock.advance(10 * DAY + 1)
  expect(await rig.media.prune(clock.now())).toEqual({ rows: 1, files: 1 })
  expect([await exists(unused.id), await exists(used.id)]).toEqual(['media_not_found', true])
  await clock.advance(31 * DAY)
  await rig.media.prune(clock.now())
  expect(await rig.files()).toEqual([])
})

test('0 days keeps all', async () => {
  const clock = new ManualClock()
  rig = await MediaRig.open({ clock, days: 0 })
  const { id } = await give('kept')
  await clock.advance(9_000 * DAY)
  expect(await rig.media.prune(clock.now())).toEqual({ rows: 0, files: 0 })
  expect(await exists(id)).toBe(true)
})

test('bytes that another row names stay', async () => {
  const clock = new ManualClock()
  rig = await MediaRig.open({ clock, days: 30 })
  const first = await give('the same')
  await clock.advance(29 * DAY)
  const second = await give('the same', OTHER)
  await clock.advance(2 * DAY)
  expect(await rig.media.prune(clock.now())).toEqual({ rows: 1, files: 0 })
  expect([await exists(first.id), await exists(second.id, OTHER)]).toEqual(['media_not_found', true])
  await rig.media.discard(OTHER, second.id)
  expect(await rig.files()).toEqual([])
})

test('what nothing names goes, what is being written is not touched', async () => {
  rig = await MediaRig.open({ days: 0 })
  const { sha256 } = await give('named')
  const stray = 'ab'.repeat(32)
  await mkdir(join(rig.dataDir, 'media', 'ab'), { recursive: true })
  await writeFile(join(rig.dataDir, 'media', 'ab', stray), 'left by a killed process')
  await writeFile(join(rig.dataDir, 'media', 'staging', 'writing'), 'x')
  expect(await rig.media.prune(Date.now())).toEqual({ rows: 0, files: 1 })
  expect((await rig.files()).sort()).toEqual([sha256, 'writing'].sort())
  rig = await rig.restart()
  await rig.media.start()
  expect(await rig.files()).toEqual([sha256])
})

test('giving and deleting the same bytes at the same time never loses them', async () => {
  rig = await MediaRig.open()
  for (let round = 0; round < 60; round++) {
    const { id } = await give('contested')
    const [, again] = await Promise.all([rig.media.discard(TENANT, id), give('contested'), give('contested')])
    expect((await bytesOf((await rig.media.open(TENANT, again.id)).read())).toString()).toBe('contested')
    const all = await Promise.all([give('contested'), rig.media.prune(Date.now() + round * 2 * DAY)])
    expect(await exists(all[0].id)).toBe(true)
  }
})

test('a file that the disk has cut is not given out, and is whole again when it is given once more', async () => {
  rig = await MediaRig.open()
  const { id, sha256 } = await give('some longer text')
  await truncate(join(rig.dataDir, 'media', sha256?.slice(0, 2) ?? '', sha256 ?? ''), 3)
  expect(await exists(id)).toBe('media_gone')
  await give('some longer text')
  expect(await exists(id)).toBe(true)
})

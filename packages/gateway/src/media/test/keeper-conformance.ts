import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MediaFiles } from '../files.ts'

/** Files over a keeper, with nothing in it. */
export interface KeptPlace {
  files: MediaFiles
  /** The folder that the staging folder is in. */
  directory: string
  close(): Promise<void>
}

const MB = 1024 * 1024
const NOBODY = async () => new Set<string>()
const LIMIT = { maxBytes: 100 * MB }

/** What every keeper of files promises. */
export function keeperConformance(name: string, open: () => Promise<KeptPlace>): void {
  let place: KeptPlace
  beforeEach(async () => {
    place = await open()
  })
  afterEach(() => place.close())

  const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const stage = (bytes: Buffer) => place.files.stage(Readable.from([bytes]), LIMIT)
  const keep = async (bytes: Buffer) => place.files.keep(await stage(bytes), async () => hashOf(bytes))
  const staged = () => readdir(join(place.directory, 'staging'))
  const listed = async () => {
    const all: string[] = []
    for await (const some of place.files.list()) all.push(...some)
    return all.sort()
  }

  describe(`files kept by ${name}`, () => {
    test('what is kept is given out whole, and any part of it', async () => {
      const bytes = randomBytes(300_000)
      const sha256 = await keep(bytes)
      expect(sha256).toBe(hashOf(bytes))
      expect(await place.files.sizeOf(sha256)).toBe(bytes.length)
      expect(await buffer(place.files.read(sha256))).toEqual(bytes)
      for (const [start, end] of [
        [0, 0],
        [0, 9],
        [70_000, 200_000],
        [299_999, 299_999],
      ] as const) {
        expect(await buffer(place.files.read(sha256, { start, end }))).toEqual(bytes.subarray(start, end + 1))
      }
    })

    test('a large file comes back as it was', async () => {
      const bytes = randomBytes(12 * MB + 17)
      const sha256 = await keep(bytes)
      expect(hashOf(await buffer(place.files.read(sha256)))).toBe(sha256)
    })

    test('equal bytes lie there once', async () => {
      const bytes = randomBytes(1000)
      await Promise.all([keep(bytes), keep(bytes), keep(Buffer.concat([bytes, bytes]))])
      await keep(bytes)
      expect(await listed()).toEqual([hashOf(bytes), hashOf(Buffer.concat([bytes, bytes]))].sort())
      await place.files.check()
      expect(await staged()).toEqual([])
    })

    test('it is there, whole, when it is registered, and cannot be named before', async () => {
      const bytes = randomBytes(1000)
      const file = await stage(bytes)
      expect(await place.files.sizeOf(file.sha256)).toBeUndefined()
      expect(await listed()).toEqual([])
      const seen = await place.files.keep(file, () => buffer(place.files.read(file.sha256)))
      expect(seen).toEqual(bytes)
    })

    test('nothing is left of a file that did not come to its end, or that was not registered', async () => {
      const broken = Readable.from(
        (async function* () {
          yield randomBytes(1000)
          throw new Error('cut')
        })(),
      )
      await expect(place.files.stage(broken, LIMIT)).rejects.toThrow('cut')
      const file = await stage(randomBytes(1000))
      const refuse = () => Promise.reject(new Error('no row'))
      await expect(place.files.keep(file, refuse)).rejects.toThrow('no row')
      expect(await staged()).toEqual([])
      for await (const some of place.files.list()) await place.files.remove(some, NOBODY)
      expect(await listed()).toEqual([])
    })

    test('a file that is not there has no size, and reading it fails', async () => {
      const unknown = 'ab'.repeat(32)
      expect(await place.files.sizeOf(unknown)).toBeUndefined()
      await expect(buffer(place.files.read(unknown))).rejects.toThrow()
      expect(await place.files.remove([unknown], NOBODY)).toBe(0)
      expect(() => place.files.read('../../etc/passwd')).toThrow('not a sha256')
    })

    test('what somebody needs is not deleted, the rest is', async () => {
      const [one, other] = [await keep(randomBytes(10)), await keep(randomBytes(10))]
      expect(await place.files.remove([one, other], async () => new Set([one]))).toBe(1)
      expect(await listed()).toEqual([one])
    })

    test('bytes that are kept again while they are deleted are there afterwards', async () => {
      const bytes = randomBytes(1000)
      const rows = new Set<string>()
      const needed = async (sha256s: readonly string[]) => new Set(sha256s.filter((one) => rows.has(one)))
      const put = async () => {
        const file = await stage(bytes)
        await place.files.keep(file, async () => rows.add(file.sha256))
      }
      for (let round = 0; round < 30; round++) {
        await put()
        rows.clear()
        await Promise.all([place.files.remove([hashOf(bytes)], needed), put(), put()])
        expect(await buffer(place.files.read(hashOf(bytes)))).toEqual(bytes)
      }
    })

    test('a path is lent for a piece of work, and nothing of it stays', async () => {
      const bytes = randomBytes(100_000)
      const sha256 = await keep(bytes)
      expect(await place.files.lend(sha256, (path) => readFile(path))).toEqual(bytes)
      await expect(place.files.lend(sha256, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
      expect(await staged()).toEqual([])
    })
  })
}

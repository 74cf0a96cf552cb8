import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MediaFiles } from './files.ts'
import { KeeperRefused } from './keepers.ts'
import type { S3Place } from './s3-keeper.ts'
import { type KeptPlace, keeperConformance } from './test/keeper-conformance.ts'
import { S3Server } from './test/s3-server.ts'

let server: S3Server
beforeAll(async () => {
  server = await S3Server.start()
})
afterAll(() => server?.stop())

let places = 0
async function open(s3: S3Place | null): Promise<KeptPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'kurir-files-'))
  const files = new MediaFiles(directory, s3)
  return { files, directory, close: () => rm(directory, { recursive: true }) }
}
/** Each has a prefix of its own. */
const onS3 = () => open({ ...server.place, prefix: `place-${++places}/` })

keeperConformance('the local disk', () => open(null))
keeperConformance('S3', onS3)

describe('a bucket', () => {
  test('that is away is said to be, and is used again when it is back', async () => {
    const place = await onS3()
    const bytes = randomBytes(200_000)
    const give = async () =>
      place.files.keep(await place.files.stage(Readable.from([bytes]), { maxBytes: 1e6 }), async () => 1)
    const { sha256 } = await place.files.stage(Readable.from([bytes]), { maxBytes: 1e6 })
    await server.goAway()
    const away = { code: 'unavailable', retryAfter: expect.any(Number) }
    await expect(give()).rejects.toMatchObject(away)
    await expect(place.files.sizeOf(sha256)).rejects.toMatchObject(away)
    await expect(buffer(place.files.read(sha256))).rejects.toMatchObject(away)
    await expect(place.files.check()).rejects.toMatchObject(away)
    await server.comeBack()
    expect(await place.files.sizeOf(sha256)).toBeUndefined()
    await give()
    expect(await buffer(place.files.read(sha256))).toEqual(bytes)
    await place.close()
  })

  test.each([
    ['another key', { keyId: 'nobody' }, 'InvalidAccessKeyId', 'KURIR_S3_KEY_ID'],
    ['another bucket', { bucket: 'no-such-bucket' }, 'NoSuchBucket', 'KURIR_S3_BUCKET'],
  ])('that refuses %s is said to, with what to look at and no secret', async (_name, wrong, code, setting) => {
    expect(await refusalOf({ ...server.place, ...wrong })).toContain(`(${code}): `)
    expect(await refusalOf({ ...server.place, ...wrong })).toContain(setting)
  })

  test('that refuses the secret says so and does not show it; what is signed well it takes', async () => {
    const strict = await S3Server.start({ isStrict: true })
    const secret = 'not-the-secret'
    const wrong = await open({ ...strict.place, secret })
    await expect(wrong.files.sizeOf('ab'.repeat(32))).rejects.toMatchObject({ code: 'unavailable' })
    const refusal = await refusalOf({ ...strict.place, secret })
    expect(refusal).toContain('(SignatureDoesNotMatch): correct KURIR_S3_KEY_ID and KURIR_S3_SECRET')
    expect(refusal).not.toContain(secret)
    const right = await open(strict.place)
    const bytes = randomBytes(1000)
    const staged = await right.files.stage(Readable.from([bytes]), { maxBytes: 1e6 })
    expect(await right.files.keep(staged, () => right.files.sizeOf(staged.sha256))).toBe(1000)
    await Promise.all([wrong.close(), right.close(), strict.stop()])
  })

  test('belongs to who comes first, by prefix; another one is told so, by name, and what to do', async () => {
    const place = { ...server.place, prefix: `place-${++places}/` }
    const [first, again, second] = await Promise.all(['one', 'one', 'two'].map((owner) => open({ ...place, owner })))
    const anybody = await open(place)
    await first?.files.check()
    await again?.files.check()
    await anybody.files.check()
    await expect(second?.files.check()).rejects.toThrow(KeeperRefused)
    await expect(second?.files.check()).rejects.toThrow(`"${place.prefix}" of the bucket "${place.bucket}" belongs to`)
    await expect(second?.files.check()).rejects.toThrow(`delete the object "${place.prefix}kurir-owner.json"`)
    const elsewhere = await open({ ...place, prefix: `place-${++places}/`, owner: 'two' })
    await elsewhere.files.check()
    for await (const some of first?.files.list() ?? []) expect(some).toEqual([])
    await Promise.all([first, again, second, anybody, elsewhere].map((one) => one?.close()))
  })

  test.each([true, false])(
    'that several want at once is one’s (conditions are heeded: %s)',
    async (heedsConditions) => {
      const other = await S3Server.start({ heedsConditions })
      for (let round = 0; round < 5; round += 1) {
        const place = { ...other.place, prefix: `round-${round}/` }
        const all = await Promise.all(['one', 'two', 'six'].map((owner) => open({ ...place, owner })))
        const checked = async () =>
          (await Promise.allSettled(all.map(({ files }) => files.check()))).filter(
            ({ status }) => status === 'fulfilled',
          )
        const [early, late] = [await checked(), await checked()]
        expect(late).toHaveLength(1)
        if (heedsConditions) expect(early).toHaveLength(1)
        await Promise.all(all.map(({ close }) => close()))
      }
      await other.stop()
    },
  )

  async function refusalOf(s3: S3Place): Promise<string> {
    const { files, close } = await open(s3)
    const refusal = await files.check().catch((error: unknown) => error)
    await close()
    expect(refusal).toBeInstanceOf(KeeperRefused)
    return String(refusal)
  }
})

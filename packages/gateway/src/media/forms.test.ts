import { spawnSync } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import { afterEach, describe, expect, test } from 'vitest'
import type { MediaId, MediaKind } from '../core/media.ts'
import { FileMissing } from '../engine/port.ts'
import { bytesOf, MediaRig, type MediaRigOptions, OTHER, TENANT } from './test/media-rig.ts'
import { bomb, movingPicture, picture } from './test/pictures.ts'
import { mp4, ogg, wav } from './test/recordings.ts'

const HAS_FFMPEG = spawnSync('ffmpeg', ['-version']).status === 0

let rig: MediaRig
afterEach(() => rig?.close())

async function give(content: Buffer, options: MediaRigOptions = {}, fileName?: string): Promise<MediaId> {
  rig ??= await MediaRig.open(options)
  const claim = fileName === undefined ? {} : { fileName }
  return (await rig.media.fromStream(TENANT, Readable.from([content]), claim)).id
}

async function fresh(content: Buffer, options: MediaRigOptions = {}, fileName?: string): Promise<MediaId> {
  rig = await MediaRig.open(options)
  return give(content, options, fileName)
}

const content = async (id: MediaId) => bytesOf((await rig.media.open(TENANT, id)).read())
const make = (id: MediaId, kind: MediaKind) => rig.media.forMessage(TENANT, id, kind)

describe('an image', () => {
  test.each(['jpeg', 'png'] as const)('in %s is sent as it is', async (format) => {
    const id = await fresh(await picture(format))
    expect(await make(id, 'image')).toMatchObject({ id, mimetype: `image/${format}` })
  })

  test.each(['webp', 'gif', 'tiff', 'avif'] as const)('in %s becomes a JPEG', async (format) => {
    const id = await fresh(await picture(format, 64, 48), {}, 'foto.lama')
    const made = await make(id, 'image')
    expect(made).toMatchObject({ mimetype: 'image/jpeg', fileName: 'foto.jpg' })
    expect(made.id).not.toBe(id)
    expect(await sharp(await content(made.id)).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 })
  })

  test('is made once, however often and by how many it is asked for', async () => {
    const id = await fresh(await picture('webp'))
    const refs = await Promise.all(Array.from({ length: 5 }, () => make(id, 'image')))
    refs.push(await make(id, 'image'))
    expect(new Set(refs.map((ref) => ref.id)).size).toBe(1)
  })

  test('is no document, and a document is none', async () => {
    const id = await fresh(Buffer.from('%PDF-1.7\n1 0 obj'))
    expect((await make(id, 'document')).id).toBe(id)
    for (const kind of ['image', 'sticker', 'voice', 'audio', 'video'] as const) {
      await expect(make(id, kind)).rejects.toMatchObject({ code: 'media_not_convertible', status: 422 })
    }
  })

  test('that cannot be read, or is an SVG, is refused', async () => {
    const id = await fresh((await picture('png')).subarray(0, 60))
    await expect(make(id, 'image')).rejects.toMatchObject({ code: 'media_not_convertible' })
    const svg = await give(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))
    await expect(make(svg, 'sticker')).rejects.toMatchObject({ code: 'media_not_convertible' })
    await expect(sharp(await content(svg)).metadata()).rejects.toThrow()
  })
})

describe('bombs', () => {
  test('196 megapixels in a small file are refused at once, by twenty at the same time too', async () => {
    const png = bomb(14_000, 14_000)
    expect(png.length).toBeLessThan(100_000)
    const id = await fresh(png)
    const before = process.memoryUsage.rss()
    const begun = Date.now()
    for (const kind of ['image', 'sticker'] as const) {
      const all = await Promise.allSettled(Array.from({ length: 10 }, () => make(id, kind)))
      for (const one of all) {
        expect(one).toMatchObject({
          reason: { code: 'media_not_convertible', message: expect.stringMatching(/megapixels/) },
        })
      }
    }
    expect((await rig.media.source.open(id)).traits).toEqual({})
    expect(Date.now() - begun).toBeLessThan(2_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024)
    expect((await make(id, 'document')).id).toBe(id)
  })

  test('an AVIF, which takes more memory to read, may have fewer pixels', async () => {
    const id = await fresh(await picture('avif', 2_500, 2_450))
    await expect(make(id, 'image')).rejects.toMatchObject({ code: 'media_not_convertible' })
  })

  test('many frames count like many pixels', async () => {
    const id = await fresh(await movingPicture(30, 1000, 1000))
    await expect(make(id, 'sticker')).rejects.toMatchObject({ code: 'media_not_convertible' })
  })
})

describe('a sticker', () => {
  test('of any image is a WebP of 512 by 512, of its shape, with what is around it left clear', async () => {
    const id = await fresh(await picture('png', 300, 100))
    const made = await make(id, 'sticker')
    expect(made.mimetype).toBe('image/webp')
    const webp = await content(made.id)
    expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 512, height: 512, hasAlpha: true })
    expect(webp.length).toBeLessThanOrEqual(100 * 1024)
    const corner = await sharp(webp).extract({ left: 0, top: 0, width: 1, height: 1 }).raw().toBuffer()
    expect(corner[3]).toBe(0)
    expect((await make(made.id, 'sticker')).id).toBe(made.id)
  })

  test('of a moving image moves', async () => {
    const id = await fresh(await movingPicture(4, 60, 40))
    const made = await make(id, 'sticker')
    const found = await sharp(await content(made.id), { animated: true }).metadata()
    expect(found).toMatchObject({ format: 'webp', width: 512, pageHeight: 512, pages: 4 })
  })
})

describe('a voice message', () => {
  test('in OGG with Opus is sent as it is', async () => {
    const id = await fresh(ogg(2.5))
    expect(await make(id, 'voice')).toMatchObject({ id, mimetype: 'audio/ogg; codecs=opus' })
  })

  test('of another sound says what is missing where there is no ffmpeg', async () => {
    const id = await fresh(wav(1), { ffmpeg: '/nonexistent/ffmpeg' })
    await expect(make(id, 'voice')).rejects.toMatchObject({
      code: 'media_not_convertible',
      message: expect.stringMatching(/OGG with Opus.*ffmpeg is installed/),
    })
    expect(await rig.files()).toHaveLength(1)
    expect((await make(id, 'audio')).id).toBe(id)
  })

  test('is made by a program that is told how to read the file, not by a shell', async () => {
    rig = await MediaRig.open()
    const program = await script(
      `import { writeFileSync, appendFileSync } from 'node:fs'
       const args = process.argv.slice(2)
       appendFileSync(${JSON.stringify(join(rig.dataDir, 'args'))}, JSON.stringify(args) + '\\n')
       const target = args.at(-1)
       if (target.startsWith('file:')) writeFileSync(target.slice(5), Buffer.from(${JSON.stringify(ogg(1).toString('base64'))}, 'base64'))`,
    )
    rig = await rig.restart({ ffmpeg: program })
    const id = await give(wav(1), {}, '$(touch x);rekaman.wav')
    expect(await make(id, 'voice')).toMatchObject({
      mimetype: 'audio/ogg; codecs=opus',
      fileName: '$(touch x);rekaman.ogg',
    })
    const [args] = (await readFile(join(rig.dataDir, 'args'), 'utf8')).trim().split('\n')
    const given = JSON.parse(args ?? '') as string[]
    expect(given.slice(given.indexOf('-f'), given.indexOf('-f') + 2)).toEqual(['-f', 'wav'])
    expect(given[given.indexOf('-i') + 1]).toMatch(/^file:.*\/media\/[0-9a-f]{2}\/[0-9a-f]{64}$/)
    expect(given).toContain('libopus')
  })

  test.skipIf(!HAS_FFMPEG)('of a WAV plays as long, and says how loud it is (needs ffmpeg)', async () => {
    const id = await fresh(wav(2, 440))
    const made = await make(id, 'voice')
    expect(made.mimetype).toBe('audio/ogg; codecs=opus')
    const file = await rig.media.source.open(made.id)
    expect(file.traits.seconds).toBeCloseTo(2, 1)
    expect(file.traits.waveform).toHaveLength(64)
    expect(Math.max(...(file.traits.waveform ?? []))).toBe(100)
  })

  test('of a program that fails is refused, and leaves nothing', async () => {
    rig = await MediaRig.open()
    const program = await script('process.exitCode = 1')
    rig = await rig.restart({ ffmpeg: program })
    const id = await give(wav(1))
    await expect(make(id, 'voice')).rejects.toMatchObject({ code: 'media_not_convertible' })
    expect(await rig.files()).toHaveLength(1)
  })

  test('is not made of what only looks like sound to its sender', async () => {
    const id = await fresh(Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'))
    await expect(make(id, 'voice')).rejects.toMatchObject({ code: 'media_not_convertible' })
  })
})

/** A program of these lines. */
async function script(lines: string): Promise<string> {
  const path = join(rig.dataDir, 'program.mjs')
  await writeFile(path, `#!${process.execPath}\n${lines}\n`)
  await chmod(path, 0o700)
  return path
}

describe('for the engine', () => {
  const traits = async (id: MediaId) => (await rig.media.source.open(id)).traits

  test('a picture has its size as it is shown, and a small JPEG', async () => {
    const turned = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#a33' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const id = await fresh(turned)
    const file = await rig.media.source.open(id)
    expect(file).toMatchObject({ size: turned.length, mimetype: 'image/jpeg', traits: { width: 200, height: 400 } })
    expect(await bytesOf(file.read())).toEqual(turned)
    const small = await sharp(file.traits.thumbnail).metadata()
    expect(small).toMatchObject({ format: 'jpeg', width: 50, height: 100 })
    expect(file.traits.thumbnail?.length).toBeLessThan(10_000)
  })

  test('a moving picture has the size of one frame', async () => {
    const id = await fresh(await movingPicture(3, 60, 40))
    expect(await traits(id)).toMatchObject({ width: 60, height: 40 })
  })

  test('recordings have their length, videos their size', async () => {
    const id = await fresh(ogg(12.5))
    expect((await traits(id)).seconds).toBeCloseTo(12.5, 3)
    expect((await traits(await give(wav(3)))).seconds).toBeCloseTo(3, 3)
    expect(await traits(await give(mp4({ seconds: 61.5, width: 640, height: 360 })))).toMatchObject({
      ...{ seconds: 61.5, width: 640, height: 360 },
    })
    expect(await traits(await give(mp4({ seconds: 2, width: 640, height: 360, turned: true })))).toMatchObject({
      ...{ width: 360, height: 640 },
    })
  })

  test('what is damaged has no traits, and is found out soon', async () => {
    const whole = mp4({ seconds: 2, width: 640, height: 360 })
    const id = await fresh(Buffer.concat([whole.subarray(0, 40), Buffer.alloc(200, 255)]))
    expect(await traits(id)).toEqual({})
    const cut = ogg(1)
    expect(await traits(await give(cut.subarray(0, cut.length - 60)))).not.toHaveProperty('waveform')
  })

  test('a file that is not there any more is said to be missing', async () => {
    const id = await fresh(await picture('png'))
    await rig.media.discard(TENANT, id)
    await expect(rig.media.source.open(id)).rejects.toBeInstanceOf(FileMissing)
    await expect(rig.media.source.open('med_none' as MediaId)).rejects.toBeInstanceOf(FileMissing)
  })
})

test("another tenant's file is not made into anything", async () => {
  const id = await fresh(await picture('png'))
  await expect(rig.media.forMessage(OTHER, id, 'image')).rejects.toMatchObject({ code: 'media_not_found' })
})

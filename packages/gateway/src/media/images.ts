import sharp, { type Sharp } from 'sharp'
import type { MediaTraits } from '../core/media.ts'
import { Slots } from './slots.ts'

/** What may be opened as an image, by the type that the content shows. */
const READABLE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/tiff', 'image/avif'])

/** A small file may unfold to gigabytes: beyond so many pixels (all frames together) nothing is opened. */
const MAX_PIXELS = 25_000_000
/** The reader of AVIF takes some 20 bytes for a pixel, all others 5 at worst. */
const MAX_AVIF_PIXELS = 6_000_000
/** Images at a time; a large one has the place to itself, so that all together take some 150 MB at worst. */
const CONCURRENCY = 2
const LARGE_PIXELS = 12_000_000
const TIMEOUT_S = 20

const THUMBNAIL_PIXELS = 100
const STICKER_PIXELS = 512
/** What phones take as a sticker, in bytes. */
const STICKER_BYTES = { still: 100 * 1024, moving: 500 * 1024 }
const STICKER_QUALITIES = [80, 50, 25]

/** Only these of the library's readers are used; others read formats that can name other files, or are seldom tested. */
const READERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((one) => `VipsForeignLoad${one}`)

export interface ImageFacts {
  /** Pixels, as shown: turned as the camera says. */
  width: number
  height: number
  frames: number
}

/** Looks at images and makes others of them, a few at a time and with limits. Its promises reject for what is none. */
export class Images {
  readonly #slots = new Slots(CONCURRENCY)

  constructor() {
    sharp.cache(false)
    sharp.concurrency(1)
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({ operation: READERS })
  }

  /** Whether files of this type can be opened here. */
  reads(mimetype: string): boolean {
    return READABLE.has(mimetype)
  }

  async facts(path: string): Promise<ImageFacts> {
    const { width, height, frames } = await this.#look(path)
    return { width, height, frames }
  }

  /** Size and a JPEG of at most 100 by 100 pixels. */
  async traits(path: string): Promise<MediaTraits> {
    const { width, height, weight } = await this.#look(path)
    const shown = await this.#slots.run(() => thumbnail(path), weight)
    return { width, height, thumbnail: shown }
  }

  /** A JPEG of at most 100 by 100 pixels, of a small image. */
  thumbnail(image: Buffer): Promise<Buffer> {
    return this.#slots.run(() => thumbnail(image))
  }

  /** Writes a JPEG of the first frame. */
  async toJpeg(path: string, target: string): Promise<void> {
    const { weight } = await this.#look(path)
    const write = () => open(path).autoOrient().flatten({ background: '#fff' }).jpeg({ quality: 85 }).toFile(target)
    await this.#slots.run(write, weight)
  }

  /** Writes a WebP of 512 by 512 pixels, moving if the image moves, as small as phones ask for where that can be had. */
  async toSticker(path: string, target: string): Promise<void> {
    const { frames, weight } = await this.#look(path)
    const limit = frames > 1 ? STICKER_BYTES.moving : STICKER_BYTES.still
    for (const quality of STICKER_QUALITIES) {
      const { size } = await this.#slots.run(() => sticker(path, quality, target), weight)
      if (size <= limit) return
    }
  }

  /** By the image's head alone; rejects for one that would take too much to open. */
  #look(path: string): Promise<ImageFacts & { weight: number }> {
    return this.#slots.run(async () => {
      const { format, width, height, autoOrient, pages = 1 } = await open(path, true).metadata()
      const isAvif = format === 'heif'
      if (isAvif && width * height > MAX_AVIF_PIXELS) throw new Error('Input image exceeds pixel limit')
      // Of a moving one `height` is that of all frames together.
      const weight = isAvif || width * height > LARGE_PIXELS ? CONCURRENCY : 1
      return { width: autoOrient.width, height: Math.round(autoOrient.height / pages), frames: pages, weight }
    })
  }
}

/** The image, opened with all limits; `animated`: all frames. */
function open(source: string | Buffer, animated = false): Sharp {
  const options = { limitInputPixels: MAX_PIXELS, sequentialRead: true, failOn: 'error', animated } as const
  return sharp(source, options).timeout({ seconds: TIMEOUT_S })
}

function thumbnail(source: string | Buffer): Promise<Buffer> {
  const size = THUMBNAIL_PIXELS
  return open(source)
    .autoOrient()
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .jpeg({ quality: 60 })
    .toBuffer()
}

function sticker(path: string, quality: number, target: string) {
  const size = STICKER_PIXELS
  return open(path, true)
    .autoOrient()
    .resize(size, size, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .webp({ quality, effort: 3 })
    .toFile(target)
}

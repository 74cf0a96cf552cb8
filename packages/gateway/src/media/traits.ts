import { type FileHandle, open } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { MediaTraits } from '../core/media.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import type { MediaFiles } from './files.ts'
import type { Images } from './images.ts'
import { mp4Traits } from './mp4.ts'
import { oggSeconds, wavSeconds } from './sound.ts'

export interface KnownFile {
  size: number
  mimetype: string
  sha256: string
}

/** With a path that is good while a piece of work is done. */
export interface LentFile extends KnownFile {
  path: string
}

/** Files whose traits are remembered: one picture often goes to many chats. */
const REMEMBERED = 200
const MP4_TYPES = /^(video\/(mp4|quicktime|3gpp2?)|audio\/mp4)$/
const WAVEFORM_LENGTH = 64

/** Finds what phones are told of a file before they download it; what cannot be found is left out. */
export class TraitsReader {
  readonly #files: Pick<MediaFiles, 'lend'>
  readonly #images: Images
  readonly #ffmpeg: Ffmpeg
  readonly #logger: Logger
  readonly #known = new Map<string, Promise<MediaTraits>>()

  constructor(files: Pick<MediaFiles, 'lend'>, images: Images, ffmpeg: Ffmpeg, logger: Logger) {
    this.#files = files
    this.#images = images
    this.#ffmpeg = ffmpeg
    this.#logger = logger
  }

  /** Rejects with `unavailable` where the file cannot be reached, and for nothing else. */
  of(file: KnownFile): Promise<MediaTraits> {
    const key = `${file.sha256} ${file.mimetype}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const oldest = this.#known.keys().next()
    if (this.#known.size >= REMEMBERED && !oldest.done) this.#known.delete(oldest.value)
    const found = this.#find(file)
    this.#known.set(key, found)
    // The next who asks looks again.
    found.catch(() => this.#known.delete(key))
    return found
  }

  async #find(file: KnownFile): Promise<MediaTraits> {
    if (!this.#images.reads(file.mimetype) && !/^(audio|video)\//.test(file.mimetype)) return {}
    return this.#files.lend(file.sha256, (path) => this.#read({ ...file, path }))
  }

  async #read({ path, size, mimetype }: LentFile): Promise<MediaTraits> {
    const parts = await Promise.all([
      this.#images.reads(mimetype) && this.#try(mimetype, () => this.#images.traits(path)),
      mimetype.startsWith('video/') && this.#try(mimetype, () => this.#frame(path, mimetype)),
      mimetype.startsWith('audio/ogg') && this.#try(mimetype, () => this.#waveform(path, mimetype)),
      /^(audio|video)\//.test(mimetype) && this.#try(mimetype, () => lengthOf(path, size, mimetype)),
    ])
    return Object.assign({}, ...parts.filter(Boolean))
  }

  async #try(mimetype: string, read: () => Promise<MediaTraits>): Promise<MediaTraits> {
    try {
      return await read()
    } catch (err) {
      this.#logger.debug({ err, mimetype }, 'something about a file could not be found out')
      return {}
    }
  }

  async #frame(path: string, mimetype: string): Promise<MediaTraits> {
    if (!this.#ffmpeg.reads(mimetype)) return {}
    return { thumbnail: await this.#images.thumbnail(await this.#ffmpeg.toFrame(path, mimetype)) }
  }

  async #waveform(path: string, mimetype: string): Promise<MediaTraits> {
    return { waveform: waveformOf(await this.#ffmpeg.toSamples(path, mimetype)) }
  }
}

async function lengthOf(path: string, size: number, mimetype: string): Promise<MediaTraits> {
  const file = await open(path)
  try {
    if (MP4_TYPES.test(mimetype)) return await mp4Traits(file, size)
    const seconds = await secondsOf(file, size, mimetype)
    return seconds === undefined ? {} : { seconds }
  } finally {
    await file.close()
  }
}

async function secondsOf(file: FileHandle, size: number, mimetype: string): Promise<number | undefined> {
  if (mimetype.startsWith('audio/ogg')) return oggSeconds(file, size)
  return mimetype === 'audio/wav' ? wavSeconds(file, size) : undefined
}

/** 64 values from 0 to 100, the loudest being 100, of 16-bit samples. */
export function waveformOf(samples: Buffer): Uint8Array {
  const count = Math.floor(samples.length / 2)
  const means = Array.from({ length: WAVEFORM_LENGTH }, (_, index) => {
    const [from, to] = [index, index + 1].map((n) => Math.floor((n * count) / WAVEFORM_LENGTH)) as [number, number]
    let sum = 0
    for (let at = from; at < to; at++) sum += Math.abs(samples.readInt16LE(2 * at))
    return to > from ? sum / (to - from) : 0
  })
  const loudest = Math.max(...means)
  return Uint8Array.from(means, (mean) => (loudest > 0 ? Math.round((100 * mean) / loudest) : 0))
}

import { rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import { KurirError } from '../core/errors.ts'
import type { MediaKind } from '../core/media.ts'
import { type Ffmpeg, FfmpegError } from './ffmpeg.ts'
import { VOICE_TYPE } from './file-types.ts'
import type { MediaFiles } from './files.ts'
import type { Images } from './images.ts'
import type { StagedFile } from './keepers.ts'
import type { KnownFile, LentFile } from './traits.ts'

/** A file made of another one. */
export interface MadeFile {
  staged: StagedFile
  mimetype: string
  /** With its dot. */
  extension: string
}

/** Images that every phone shows. */
const SHOWN = new Set(['image/jpeg', 'image/png'])
const STICKER_PIXELS = 512

/** Brings files into the form that a kind of message needs. */
export class Forms {
  readonly #files: MediaFiles
  readonly #images: Images
  readonly #ffmpeg: Ffmpeg
  readonly #logger: Logger

  constructor({
    files,
    images,
    ffmpeg,
    logger,
  }: { files: MediaFiles; images: Images; ffmpeg: Ffmpeg; logger: Logger }) {
    this.#files = files
    this.#images = images
    this.#ffmpeg = ffmpeg
    this.#logger = logger
  }

  /** A new file in the staging folder, undefined where the file can be sent as it is. Rejects with `media_not_convertible`. */
  async make(file: KnownFile, kind: MediaKind): Promise<MadeFile | undefined> {
    const { mimetype } = file
    switch (kind) {
      case 'document':
        return undefined
      case 'image':
        return this.#lent(file, (one) => this.#image(one))
      case 'sticker':
        return this.#lent(file, (one) => this.#sticker(one))
      case 'voice':
        return mimetype === VOICE_TYPE ? undefined : this.#lent(file, (one) => this.#voice(one))
      case 'video':
        if (mimetype.startsWith('video/')) return undefined
        throw notConvertible(`The file is ${mimetype}, no video`)
      case 'audio':
        if (/^(audio|video)\//.test(mimetype)) return undefined
        throw notConvertible(`The file is ${mimetype}, no sound`)
      default:
        return kind satisfies never
    }
  }

  #lent<Value>(file: KnownFile, work: (file: LentFile) => Promise<Value>): Promise<Value> {
    return this.#files.lend(file.sha256, (path) => work({ ...file, path }))
  }

  async #image(file: LentFile): Promise<MadeFile | undefined> {
    await this.#look(file, 'image')
    if (SHOWN.has(file.mimetype)) return undefined
    return this.#draw(file, { mimetype: 'image/jpeg', extension: '.jpg' }, (target) =>
      this.#images.toJpeg(file.path, target),
    )
  }

  async #sticker(file: LentFile): Promise<MadeFile | undefined> {
    const { width, height } = await this.#look(file, 'sticker')
    if (file.mimetype === 'image/webp' && width === STICKER_PIXELS && height === STICKER_PIXELS) return undefined
    return this.#draw(file, { mimetype: 'image/webp', extension: '.webp' }, (target) =>
      this.#images.toSticker(file.path, target),
    )
  }

  async #voice({ path, mimetype }: LentFile): Promise<MadeFile> {
    if (!this.#ffmpeg.reads(mimetype)) {
      throw notConvertible(`A voice message cannot be made of ${mimetype}; OGG with Opus is best`)
    }
    const target = await this.#files.stagingPath('.ogg')
    try {
      await this.#ffmpeg.toVoice(path, mimetype, target)
      return { staged: await this.#files.adopt(target), mimetype: VOICE_TYPE, extension: '.ogg' }
    } catch (error) {
      await rm(target, { force: true })
      if (!(error instanceof FfmpegError)) throw error
      this.#logger.info({ err: error, mimetype }, 'a voice message could not be made')
      throw notConvertible(
        error.problem === 'absent'
          ? `A voice message must be OGG with Opus: the gateway makes it of ${mimetype} only where ffmpeg is installed`
          : 'A voice message could not be made of the file',
      )
    }
  }

  async #look({ path, mimetype }: LentFile, kind: MediaKind) {
    if (!this.#images.reads(mimetype)) throw notConvertible(`The file is ${mimetype}, of which no ${kind} can be made`)
    try {
      return await this.#images.facts(path)
    } catch (err) {
      throw this.#unreadable(err, mimetype)
    }
  }

  async #draw(
    { mimetype }: LentFile,
    form: { mimetype: string; extension: string },
    draw: (target: string) => Promise<void>,
  ): Promise<MadeFile> {
    const target = await this.#files.stagingPath(form.extension)
    try {
      await draw(target)
      return { staged: await this.#files.adopt(target), ...form }
    } catch (err) {
      await rm(target, { force: true })
      throw this.#unreadable(err, mimetype)
    }
  }

  #unreadable(err: unknown, mimetype: string): KurirError {
    this.#logger.info({ err, mimetype }, 'an image could not be read')
    const isLarge = err instanceof Error && /pixel limit/i.test(err.message)
    return notConvertible(
      isLarge
        ? 'The image has more than 25 megapixels (AVIF: 6); it can be sent as a document'
        : 'The image cannot be read',
    )
  }
}

function notConvertible(detail: string): KurirError {
  return new KurirError('media_not_convertible', detail)
}

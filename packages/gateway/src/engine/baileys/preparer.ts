import { randomBytes } from 'node:crypto'
import { numberedText } from '../../core/choices.ts'
import type { Clock } from '../../core/clock.ts'
import { isMedia, type OutgoingContent } from '../../core/content.ts'
import type { Jid } from '../../core/jid.ts'
import type { MediaKind, MediaRef } from '../../core/media.ts'
import type { Quote } from '../../core/message.ts'
import type { FileSource } from '../port.ts'
import { buttonsMessage } from './to-wa/buttons.ts'
import { compose, encode } from './to-wa/compose.ts'
import type { ComposeContext } from './to-wa/context.ts'
import { mediaMessage } from './to-wa/media.ts'
import { headerMedia } from './to-wa/uploaded.ts'
import type { Uploads } from './upload.ts'

/** Makes the final bytes of messages with files, see `EngineConnection.prepare`. */
export class Preparer {
  readonly #uploads: Uploads
  readonly #clock: Clock

  constructor(uploads: Uploads, clock: Clock) {
    this.#uploads = uploads
    this.#clock = clock
  }

  async prepare(content: OutgoingContent, quote: Quote | null, to: Jid, files: FileSource): Promise<Uint8Array> {
    const context = (): ComposeContext => ({ to, quote, now: this.#clock.now(), secret: randomBytes(32) })
    if (isMedia(content)) {
      const file = await this.#uploads.upload(content.type, await files.open(content.media.id))
      return encode(mediaMessage(content, file, context()))
    }
    if (content.type === 'buttons' && content.media) {
      const { media } = content
      const type = kindInHeader(media)
      const file = await this.#uploads.upload(type, await files.open(media.id))
      const made = context()
      if (content.form === 'text')
        return encode(mediaMessage({ type, media, caption: numberedText(content) }, file, made))
      return encode(buttonsMessage(content, made, headerMedia(media, file, made.now)))
    }
    const bytes = compose(content, context())
    if (!bytes) throw new Error(`a content of type ${content.type} cannot be made`)
    return bytes
  }

  /** The connection has closed. */
  end(): void {
    this.#uploads.end()
  }
}

function kindInHeader({ mimetype }: MediaRef): MediaKind {
  if (mimetype.startsWith('image/')) return 'image'
  return mimetype.startsWith('video/') ? 'video' : 'document'
}

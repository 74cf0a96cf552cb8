import { createHash } from 'node:crypto'
import { decryptMedia, type MediaKind } from '../../media/cipher.ts'
import type { DescribeContext } from '../../world/content.ts'
import { type BodyOf, type Describer, said } from './describer.ts'

/** What messages with media have in common. */
interface MediaBody {
  url?: string | null
  directPath?: string | null
  mediaKey?: Uint8Array | null
  fileSha256?: Uint8Array | null
  fileEncSha256?: Uint8Array | null
  fileLength?: unknown
  mimetype?: string | null
}

/** The file as the person gets it: `sha256` and `size` of the decrypted bytes, or `mediaError` where it is broken. */
interface ShownFile {
  mimetype?: string
  sha256?: string
  size?: number
  mediaError?: string
}

export const image: Describer<BodyOf<'imageMessage'>> = async (body, context) => ({
  type: 'image',
  ...said({ caption: body.caption, width: body.width, height: body.height }),
  ...(await file(body, 'image', context)),
})

export const video: Describer<BodyOf<'videoMessage'>> = async (body, context) => ({
  type: 'video',
  ...said({ caption: body.caption, seconds: body.seconds, gif: body.gifPlayback || undefined }),
  ...(await file(body, 'video', context)),
})

/** A round video note. */
export const videoNote: Describer<BodyOf<'ptvMessage'>> = async (body, context) => ({
  ...(await video(body, context)),
  note: true,
})

export const audio: Describer<BodyOf<'audioMessage'>> = async (body, context) => ({
  type: body.ptt ? 'voice' : 'audio',
  ...said({ seconds: body.seconds }),
  ...(body.waveform?.length ? { waveform: Buffer.from(body.waveform).toString('base64') } : {}),
  ...(await file(body, 'audio', context)),
})

export const document: Describer<BodyOf<'documentMessage'>> = async (body, context) => ({
  type: 'document',
  ...said({ fileName: body.fileName, title: body.title, caption: body.caption }),
  ...(await file(body, 'document', context)),
})

export const sticker: Describer<BodyOf<'stickerMessage'>> = async (body, context) => ({
  type: 'sticker',
  ...said({ animated: body.isAnimated || undefined, width: body.width, height: body.height }),
  ...(await file(body, 'image', context)),
})

/** Fetches the file from the media server, decrypts it and checks MAC, hashes and length. */
export async function file(body: MediaBody, kind: MediaKind, { getMedia }: DescribeContext): Promise<ShownFile> {
  const mimetype = said({ mimetype: body.mimetype })
  try {
    const bytes = getMedia(pathOf(body))
    if (bytes === undefined) throw new Error('the media server has no such file')
    if (!body.mediaKey?.length) throw new Error('the message has no media key')
    if (!body.fileSha256?.length || !body.fileEncSha256?.length) throw new Error('the message lacks a hash')
    const claim = {
      mediaKey: body.mediaKey,
      fileSha256: body.fileSha256,
      fileEncSha256: body.fileEncSha256,
      fileLength: body.fileLength === null || body.fileLength === undefined ? undefined : Number(body.fileLength),
    }
    const hash = createHash('sha256')
    let size = 0
    for await (const plain of decryptMedia([bytes], kind, claim)) {
      hash.update(plain)
      size += plain.length
    }
    return { ...mimetype, sha256: hash.digest('hex'), size }
  } catch (error) {
    return { ...mimetype, mediaError: error instanceof Error ? error.message : String(error) }
  }
}

function pathOf({ directPath, url }: MediaBody): string {
  if (directPath) return directPath
  if (!url) throw new Error('the message says nowhere where its file is')
  const { pathname, search } = new URL(url)
  return pathname + search
}

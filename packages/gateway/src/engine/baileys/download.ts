import { Readable } from 'node:stream'
import { request } from 'undici'
import type { MediaKind, RemoteMedia } from '../../core/media.ts'
import { DownloadFailed } from '../port.ts'
import { decryptMedia, expandMediaKey, MediaMismatch } from './media-cipher.ts'
import type { MediaNetwork } from './media-network.ts'

const ORIGIN = 'https://web.whatsapp.com'
/** How long the server may be silent, before its answer and in the middle of it. */
const SILENCE_MS = 30_000
const GONE = new Set([403, 404, 410])

type Address = Pick<RemoteMedia, 'url' | 'directPath'>

/** A file that a message points to, or a piece of the phone's history. */
type Source = Address & Pick<RemoteMedia, 'mediaKey' | 'fileSha256' | 'fileEncSha256'> & { kind: MediaKind | 'history' }

/** See `Engine.download`. */
export async function download(remote: Source, media: MediaNetwork): Promise<Readable> {
  const address = addressOf(remote, media)
  const keys = await expandMediaKey(Buffer.from(remote.mediaKey, 'base64'), remote.kind)
  const body = await fetchEncrypted(address, media)
  const claimed = {
    ...(remote.fileSha256 ? { fileSha256: Buffer.from(remote.fileSha256, 'base64') } : {}),
    ...(remote.fileEncSha256 ? { fileEncSha256: Buffer.from(remote.fileEncSha256, 'base64') } : {}),
  }
  const plain = async function* () {
    try {
      yield* decryptMedia(body, keys, claimed)
    } catch (error) {
      if (error instanceof MediaMismatch) throw new DownloadFailed('corrupt', error.message)
      throw new DownloadFailed('unreachable', 'the file broke off', error)
    } finally {
      body.destroy()
    }
  }
  return Readable.from(plain(), { objectMode: false })
}

async function fetchEncrypted(address: URL, { dispatcher }: MediaNetwork): Promise<Readable> {
  let answer: Awaited<ReturnType<typeof request>>
  try {
    answer = await request(address, {
      headers: { origin: ORIGIN },
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
      ...(dispatcher ? { dispatcher } : {}),
    })
  } catch (error) {
    throw new DownloadFailed('unreachable', 'the media server did not answer', error)
  }
  if (answer.statusCode === 200) return answer.body
  await answer.body.dump().catch(() => {})
  const problem = GONE.has(answer.statusCode) ? 'gone' : 'unreachable'
  throw new DownloadFailed(problem, `the media server answered ${answer.statusCode}`)
}

/** Address and path come from whoever sent the message, so they may lead to a media server only. */
function addressOf({ url, directPath }: Address, media: MediaNetwork): URL {
  const stated = url !== null && URL.canParse(url) ? new URL(url) : undefined
  const host = stated?.protocol === 'https:' && media.trusts(stated.hostname) ? stated.host : media.host
  const base = `https://${host}`
  const address = URL.canParse(directPath, base) ? new URL(directPath, base) : undefined
  if (address?.origin !== new URL(base).origin || !directPath.startsWith('/')) {
    throw new DownloadFailed('corrupt', 'the message does not say where its file is')
  }
  return address
}

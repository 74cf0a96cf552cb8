import type { proto } from 'baileys'
import type { MediaContent } from '../../../core/content.ts'
import type { MediaKind, RemoteMedia } from '../../../core/media.ts'
import { marksOf, type ReadContext, type ReadPart } from './reader.ts'

/** What messages with files have in common. */
export interface FilePart {
  url?: string | null
  directPath?: string | null
  mediaKey?: Uint8Array | null
  mimetype?: string | null
  fileLength?: unknown
  fileSha256?: Uint8Array | null
  fileEncSha256?: Uint8Array | null
  contextInfo?: proto.IContextInfo | null
}

/** A content with a file. Undefined where the message does not say where the file is, or how to open it. */
export function readFile(
  kind: MediaKind,
  part: FilePart,
  more: Omit<Partial<MediaContent>, 'type' | 'media'> & { name?: string | null | undefined },
  context: Pick<ReadContext, 'newMediaId'>,
): ReadPart | undefined {
  const { name, ...said } = more
  const remote = remoteOf(kind, part, name ?? null)
  if (!remote) return undefined
  const { mimetype, size, fileName } = remote
  const sha256 = part.fileSha256?.length ? Buffer.from(part.fileSha256).toString('hex') : null
  const media = { id: context.newMediaId(), mimetype, size, fileName, sha256 }
  return { content: { type: kind, media, ...said, ...marksOf(part.contextInfo) }, remote }
}

function remoteOf(kind: MediaKind, part: FilePart, fileName: string | null): RemoteMedia | undefined {
  const directPath = part.directPath ?? pathOf(part.url)
  if (!directPath || !part.mediaKey?.length) return undefined
  const size = Number(part.fileLength ?? 0)
  return {
    kind,
    mimetype: part.mimetype || 'application/octet-stream',
    size: size > 0 ? size : null,
    fileName,
    url: part.url || null,
    directPath,
    mediaKey: base64(part.mediaKey) ?? '',
    fileSha256: base64(part.fileSha256),
    fileEncSha256: base64(part.fileEncSha256),
  }
}

function base64(bytes: Uint8Array | null | undefined): string | null {
  return bytes?.length ? Buffer.from(bytes).toString('base64') : null
}

function pathOf(url: string | null | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** A field that is there only where it says something. */
export function given<Name extends string, Value>(name: Name, value: Value | null | undefined | '' | 0 | false) {
  return (value ? { [name]: value } : {}) as Partial<Record<Name, Value>>
}

import type { MediaKind } from '../../core/media.ts'

type Kind = Extract<MediaKind, 'image' | 'video' | 'audio' | 'document'>

/** What the content of a file of each kind may be. Sound may come in a video's container. */
const CONTENTS: Record<Exclude<Kind, 'document'>, RegExp> = {
  image: /^image\//,
  video: /^video\//,
  audio: /^(audio\/|video\/(mp4|ogg|webm)$|application\/ogg)/,
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'
/** An OLE file that was claimed to be nothing in particular. */
const UNKNOWN = 'application/octet-stream'

const DOCUMENTS: Record<string, readonly string[]> = {
  pdf: ['application/pdf'],
  doc: ['application/msword', UNKNOWN],
  xls: ['application/vnd.ms-excel', UNKNOWN],
  docx: [`${OFFICE}.wordprocessingml.document`, 'application/zip'],
  xlsx: [`${OFFICE}.spreadsheetml.sheet`, 'application/zip'],
}

/** The document's twenty extensions, documents apart. */
const KINDS: Record<string, Exclude<Kind, 'document'>> = {
  ...{ jpg: 'image', jpeg: 'image', png: 'image', gif: 'image', webp: 'image' },
  ...{ mp4: 'video', avi: 'video', mov: 'video', mkv: 'video', webm: 'video' },
  ...{ mp3: 'audio', wav: 'audio', ogg: 'audio', m4a: 'audio', aac: 'audio' },
}

/**
 * The kind of message that a file is sent as; undefined where its name has none of the document's extensions, or where
 * its content (`mimetype`, as it was recognized) is something else than its name says.
 */
export function kindOfFile(fileName: string | null, mimetype: string): Kind | undefined {
  const extension = /\.([A-Za-z0-9]+)$/.exec(fileName ?? '')?.[1]?.toLowerCase() ?? ''
  if (Object.hasOwn(DOCUMENTS, extension)) return DOCUMENTS[extension]?.includes(mimetype) ? 'document' : undefined
  const kind = Object.hasOwn(KINDS, extension) ? KINDS[extension] : undefined
  return kind && CONTENTS[kind].test(mimetype) ? kind : undefined
}

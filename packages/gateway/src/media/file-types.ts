import { fileTypeFromFile } from 'file-type'

/** What a file is taken for that nothing better is known of: a browser does nothing with it. */
const UNKNOWN_TYPE = 'application/octet-stream'

/** Opus in OGG: what phones record and play as voice messages. */
export const VOICE_TYPE = 'audio/ogg; codecs=opus'

/** Longest that looking at a file may take, in milliseconds. */
const SNIFF_TIMEOUT_MS = 3_000
/** Most that is read at once, in bytes. */
const SNIFF_BUFFER_BYTES = 1024 * 1024

const OFFICE = 'application/vnd.openxmlformats-officedocument'
const OPEN = 'application/vnd.oasis.opendocument'

/** Types that are believed where the content shows them. None of them is anything that a browser runs. */
const RECOGNIZED = new Set([
  ...['jpeg', 'png', 'apng', 'gif', 'webp', 'avif', 'heic', 'heif', 'tiff', 'bmp', 'jxl'].map((one) => `image/${one}`),
  'image/vnd.adobe.photoshop',
  'image/vnd.dwg',
  ...['mp4', '3gpp', '3gpp2', 'quicktime', 'webm', 'matroska', 'mpeg', 'ogg', 'vnd.avi', 'x-flv'].map(
    (one) => `video/${one}`,
  ),
  ...['mpeg', 'mp4', 'ogg', 'ogg; codecs=opus', 'aac', 'amr', 'wav', 'flac', 'aiff', 'midi'].map(
    (one) => `audio/${one}`,
  ),
  'application/pdf',
  'application/rtf',
  'application/postscript',
  'application/epub+zip',
  'application/x-mobipocket-ebook',
  'application/zip',
  'application/gzip',
  'application/x-tar',
  'application/x-7z-compressed',
  'application/x-rar-compressed',
  'application/x-bzip2',
  'application/x-xz',
  'application/zstd',
  'application/vnd.android.package-archive',
  `${OFFICE}.wordprocessingml.document`,
  `${OFFICE}.spreadsheetml.sheet`,
  `${OFFICE}.presentationml.presentation`,
  `${OFFICE}.presentationml.slideshow`,
  `${OFFICE}.wordprocessingml.template`,
  `${OFFICE}.spreadsheetml.template`,
  `${OFFICE}.presentationml.template`,
  ...['word.document', 'excel.sheet', 'powerpoint.presentation'].map(
    (one) => `application/vnd.ms-${one}.macroenabled.12`,
  ),
  ...['text', 'spreadsheet', 'presentation', 'graphics'].map((one) => `${OPEN}.${one}`),
  'application/vnd.apple.keynote',
  'application/vnd.apple.numbers',
  'application/vnd.apple.pages',
  'application/vnd.ms-outlook',
  'application/vnd.visio',
  'text/calendar',
  'text/vcard',
  'text/vtt',
  'font/ttf',
  'font/otf',
  'font/woff',
  'font/woff2',
])

/** Types that no content shows, believed of a file in which nothing else was recognized. */
const CLAIMABLE = new Set([
  'text/plain',
  'text/csv',
  'text/tab-separated-values',
  'text/markdown',
  'text/calendar',
  'text/vcard',
  'text/vtt',
  'application/json',
  'application/x-ndjson',
  'application/x-subrip',
  'application/vnd.google-earth.kml+xml',
  'audio/mpeg',
  'audio/aac',
])

/** Other words for the same thing; those on the right are what phones know. */
const ALIASES = new Map([
  ['audio/x-m4a', 'audio/mp4'],
  ['video/x-m4v', 'video/mp4'],
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-mp3', 'audio/mpeg'],
  ['audio/x-aac', 'audio/aac'],
  ['text/x-vcard', 'text/vcard'],
  ['text/directory', 'text/vcard'],
  ['text/x-csv', 'text/csv'],
  ['application/csv', 'text/csv'],
  ['text/json', 'application/json'],
])

/** Containers in which the sniffer sees no more than the box; the claim says what is in it. */
const BOXES = new Map([
  [
    'application/x-cfb',
    new Set([
      'application/msword',
      'application/vnd.ms-excel',
      'application/vnd.ms-powerpoint',
      'application/vnd.ms-outlook',
      'application/vnd.visio',
    ]),
  ],
  ['video/mp4', new Set(['audio/mp4'])],
  ['video/webm', new Set(['audio/webm'])],
  ['application/ogg', new Set(['audio/ogg', 'video/ogg'])],
])

/**
 * The type of a stored file: what its content shows, where that is harmless; what the sender claims, where the content
 * shows nothing and the claim is a harmless one; else `application/octet-stream`.
 */
export async function typeOfFile(path: string, claimed: string | undefined): Promise<string> {
  const claim = claimed === undefined ? undefined : bareType(claimed)
  const found = await sniff(path)
  const seen = found === undefined ? undefined : (ALIASES.get(found) ?? found)
  if (seen === undefined) return claim !== undefined && CLAIMABLE.has(claim) ? claim : UNKNOWN_TYPE
  if (claim !== undefined && BOXES.get(seen)?.has(claim)) return claim
  return RECOGNIZED.has(seen) ? seen : UNKNOWN_TYPE
}

/** The type that the content shows, undefined where it shows none. */
async function sniff(path: string): Promise<string | undefined> {
  try {
    const found = await fileTypeFromFile(path, {
      maxBufferSize: SNIFF_BUFFER_BYTES,
      signal: AbortSignal.timeout(SNIFF_TIMEOUT_MS),
    })
    return found?.mime
  } catch {
    // Whatever it is made to look like, it is nothing that can be read.
    return UNKNOWN_TYPE
  }
}

/** A media type without parameters, in lower case and by its usual name. */
function bareType(text: string): string {
  const bare = text.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return ALIASES.get(bare) ?? bare
}

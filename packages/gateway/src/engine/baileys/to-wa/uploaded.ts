import type { proto } from 'baileys'
import type { MediaRef, MediaTraits } from '../../../core/media.ts'

/** A file that WhatsApp's media server has, encrypted, with what opens it. */
export interface UploadedFile {
  url: string
  directPath: string
  mediaKey: Uint8Array
  fileSha256: Uint8Array
  fileEncSha256: Uint8Array
  /** Bytes of the file itself. */
  fileLength: number
  mimetype: string
  traits: MediaTraits
}

/** A file above the text of an interactive message. */
export type HeaderMedia = Pick<
  proto.Message.InteractiveMessage.IHeader,
  'imageMessage' | 'videoMessage' | 'documentMessage'
>

/** What every message with a file says of it. `now` in milliseconds. */
export function fileFields(file: UploadedFile, now: number) {
  const { url, directPath, mediaKey, fileSha256, fileEncSha256, fileLength, mimetype } = file
  const mediaKeyTimestamp = Math.floor(now / 1000)
  return { url, directPath, mediaKey, fileSha256, fileEncSha256, fileLength, mimetype, mediaKeyTimestamp }
}

/** Dimensions and thumbnail as far as they are known. */
export function pictureFields({ width, height, thumbnail }: MediaTraits) {
  return {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(thumbnail === undefined ? {} : { jpegThumbnail: thumbnail }),
  }
}

/** A header shows what the file is; other files than images and videos are documents there. */
export function headerMedia({ fileName, mimetype }: MediaRef, file: UploadedFile, now: number): HeaderMedia {
  const common = fileFields(file, now)
  if (mimetype.startsWith('image/')) return { imageMessage: { ...common, ...pictureFields(file.traits) } }
  if (mimetype.startsWith('video/')) return { videoMessage: { ...common, ...pictureFields(file.traits) } }
  return { documentMessage: { ...common, fileName: fileName ?? 'file', title: fileName ?? 'file' } }
}

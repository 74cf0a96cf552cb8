declare const brand: unique symbol

/** The gateway's id of a file, sent or received. */
export type MediaId = string & { readonly [brand]: 'MediaId' }

/** The kinds of message that carry a file. `voice` is an audio that phones show as a voice message. */
export const MEDIA_KINDS = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]

/** A file as a message refers to it. */
export interface MediaRef {
  id: MediaId
  mimetype: string
  /** Bytes; null where the sender did not say and the file is not here yet. */
  size: number | null
  fileName: string | null
  /** Of the file's bytes, hex; null while it is not here. */
  sha256: string | null
}

/** Where WhatsApp keeps a received file, encrypted, and what opens it. Secret: whoever has it can read the file. */
export interface RemoteMedia {
  kind: MediaKind
  mimetype: string
  /** Bytes of the file itself, where the sender said so. */
  size: number | null
  fileName: string | null
  url: string | null
  directPath: string
  /** Base64. */
  mediaKey: string
  /** Base64; of the file itself. */
  fileSha256: string | null
  /** Base64; of what is kept. */
  fileEncSha256: string | null
}

/** What a phone is told of a file before it downloads it. */
export interface MediaTraits {
  width?: number
  height?: number
  seconds?: number
  /** A small JPEG. */
  thumbnail?: Uint8Array
  /** 64 loudness values from 0 to 100, for a voice message. */
  waveform?: Uint8Array
}

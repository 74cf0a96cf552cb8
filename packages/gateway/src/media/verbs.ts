import type { Readable } from 'node:stream'
import type { TenantId } from '../core/ids.ts'
import type { MediaId, MediaKind, MediaRef } from '../core/media.ts'

/**
 * What the outside may do with files. All that take a file resolve when it is on disk, and reject with
 * `payload_too_large`, `media_quota_exceeded`, `invalid_request` (nothing in it) or `unavailable` (the disk is full).
 */
export interface MediaVerbs {
  /** The most that a file may have, in bytes, where nothing smaller is asked for. */
  readonly maxBytes: number
  /**
   * Stores what the stream brings. Where the file is refused, or the stream fails, the stream is left as it is: the
   * caller ends or drains it. What the stream fails with is passed on.
   */
  fromStream(tenant: TenantId, content: Readable, claim: FileClaim): Promise<MediaRef>
  /**
   * Fetches a URL through the guard: http(s) only, nothing inside, at most three redirects. Rejects also with
   * `url_not_allowed`, `media_fetch_failed`.
   */
  fromUrl(tenant: TenantId, url: string, claim?: FileClaim & { timeoutMs?: number }): Promise<MediaRef>
  /** Stores what base64 text (also base64url, also with line breaks) or a `data:` URL holds. */
  fromBase64(tenant: TenantId, text: string, claim?: FileClaim): Promise<MediaRef>
  /**
   * The file in the form that a message of this kind needs: itself, or a converted one (stickers become WebP, voice
   * messages OGG/Opus, images that phones cannot show JPEG). A received file is fetched where it is not here. Rejects
   * with `media_not_found`, `media_gone`, `media_not_convertible`, `unavailable`.
   */
  forMessage(tenant: TenantId, id: MediaId, kind: MediaKind): Promise<MediaRef>
  /** Rejects with `media_not_found`. `tenant` null reads every tenant's. */
  get(tenant: TenantId | null, id: MediaId): Promise<MediaInfo>
  /**
   * The file to read; a received one that is not here yet is fetched now, once for all who ask. Rejects with
   * `media_not_found`, `media_gone`, `unavailable`.
   */
  open(tenant: TenantId | null, id: MediaId): Promise<OpenFile>
  /** Forgets a file that nobody was told of; one that is not there is none. */
  discard(tenant: TenantId, id: MediaId): Promise<void>
}

/** What a sender says of his file; the content decides what is believed. */
export interface FileClaim {
  mimetype?: string
  /** Shown to people; never a path. */
  fileName?: string
  /** Default and upper bound: `MediaVerbs.maxBytes`. */
  maxBytes?: number
}

export interface MediaInfo extends MediaRef {
  tenant: TenantId
  /** A message brought it; else a client gave it. */
  isReceived: boolean
  /** The id of the session that received it; null for a file that a client gave. */
  session: string | null
}

export interface OpenFile {
  media: MediaInfo
  /** Bytes. */
  size: number
  sha256: string
  /** A new stream of the bytes `start` to `end`, both included; of everything by default. */
  read(range?: { start: number; end: number }): Readable
}

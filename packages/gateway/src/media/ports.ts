import type { Readable } from 'node:stream'
import type { SessionUid, TenantId } from '../core/ids.ts'
import type { MediaId, RemoteMedia } from '../core/media.ts'

/**
 * `here`: in its place under its sha256. `remote`: received and not fetched yet. `gone`: nobody keeps it any
 * more, or what WhatsApp kept was not what its message said.
 */
export type MediaState = 'here' | 'remote' | 'gone'

/** A file as the gateway knows it. Times are milliseconds since the epoch. */
export interface MediaRecord {
  id: MediaId
  tenant: TenantId
  /** The session that received it; null for a file that a client gave. */
  sessionUid: SessionUid | null
  /** That session's id as clients know it. */
  session: string | null
  state: MediaState
  mimetype: string
  /** Bytes; null while only the sender could say and did not. */
  size: number | null
  fileName: string | null
  /** Hex; null while it is not here. */
  sha256: string | null
  /** Where WhatsApp keeps it; null for a file that a client gave. Secret. */
  remote: RemoteMedia | null
  /** Downloads that failed. */
  attempts: number
  createdAt: number
  /** When it was last given out or sent, to the day. */
  usedAt: number
}

/** A received file that is to be downloaded. */
export interface DueDownload {
  media: MediaRecord
  remote: RemoteMedia
}

/** What became of a download. */
export type DownloadOutcome =
  | { kind: 'here'; sha256: string; size: number; mimetype: string }
  | { kind: 'retry'; dueAt: number }
  | { kind: 'gone' }

/**
 * What the media room needs of the store. Each call is one atomic unit, on disk when its promise resolves. Rows of
 * received files are written by the messages' store, in the transaction that stores the message.
 */
export interface MediaStore {
  /** Where the tenant's files would be more than `quota` bytes in all (0: no limit), answers false and stores nothing. */
  createMedia(media: MediaRecord, quota: number): Promise<boolean>
  getMedia(tenant: TenantId | null, id: MediaId): Promise<MediaRecord | undefined>
  /** Files in state `remote` that are due, earliest first, none of `busy` and none that is said to be larger. */
  dueDownloads(query: {
    now: number
    limit: number
    maxBytes: number
    busy: ReadonlySet<MediaId>
  }): Promise<DueDownload[]>
  /** The earliest time after `after` at which one will be due, undefined where nothing waits. */
  nextDownloadAt(query: { after: number; maxBytes: number }): Promise<number | undefined>
  /** Records how a download ended; changes nothing for a file that is not in state `remote`. */
  settleDownload(id: MediaId, outcome: DownloadOutcome): Promise<void>
  touchMedia(id: MediaId, at: number): Promise<void>
  /** Deletes up to `limit` files' rows that were last used before `before`; answers the hashes that they named. */
  pruneMedia(before: number, limit: number): Promise<{ deleted: number; sha256s: string[] }>
  /** Deletes one file's row; answers the hash that it named, undefined where there was none. */
  deleteMedia(tenant: TenantId, id: MediaId): Promise<string | undefined>
  /** Those of the hashes that a row names. */
  referencedFiles(sha256s: readonly string[]): Promise<Set<string>>
  /** Calls back after a commit that stored a received file; a hint that may come for nothing. */
  onReceived(listener: () => void): () => void
}

/** Where received files come from (the engine). Rejects, or ends the stream, with `DownloadFailed`. */
export interface RemoteFiles {
  /** `session` received it: its connections go through a proxy of its own. */
  download(remote: RemoteMedia, session: SessionUid | null): Promise<Readable>
}

import type { TenantId } from '../../core/ids.ts'
import type { MediaId } from '../../core/media.ts'
import type { DownloadOutcome, DueDownload, MediaRecord, MediaStore } from '../../media/ports.ts'
import type { GroupCommit } from './group-commit.ts'
import type { MediaTable } from './tables/media.ts'

export class SqlMediaStore implements MediaStore {
  private readonly writer: GroupCommit
  private readonly media: MediaTable
  private readonly bell: ReceivedBell

  constructor(writer: GroupCommit, media: MediaTable, bell: ReceivedBell) {
    this.writer = writer
    this.media = media
    this.bell = bell
  }

  createMedia(media: MediaRecord, quota: number): Promise<boolean> {
    return this.writer.write(async () => {
      if (quota > 0 && (await this.media.bytesOf(media.tenant)) + (media.size ?? 0) > quota) return false
      await this.media.insert(media)
      return true
    })
  }

  getMedia(tenant: TenantId | null, id: MediaId): Promise<MediaRecord | undefined> {
    return this.writer.read(async () => {
      const media = await this.media.byId(id)
      return tenant === null || media?.tenant === tenant ? media : undefined
    })
  }

  dueDownloads(query: Parameters<MediaStore['dueDownloads']>[0]): Promise<DueDownload[]> {
    const { now, limit, maxBytes, busy } = query
    return this.writer.read(async () => {
      const rows = await this.media.due(now, maxBytes, limit + busy.size)
      return rows.filter(({ media }) => !busy.has(media.id)).slice(0, limit)
    })
  }

  nextDownloadAt({ after, maxBytes }: { after: number; maxBytes: number }): Promise<number | undefined> {
    return this.writer.read(() => this.media.nextDueAt(after, maxBytes))
  }

  settleDownload(id: MediaId, outcome: DownloadOutcome): Promise<void> {
    return this.writer.write(() => this.media.settle(id, outcome))
  }

  touchMedia(id: MediaId, at: number): Promise<void> {
    return this.writer.write(() => this.media.touch(id, at))
  }

  pruneMedia(before: number, limit: number): Promise<{ deleted: number; sha256s: string[] }> {
    return this.writer.write(async () => {
      const hashes = await this.media.prune(before, limit)
      return { deleted: hashes.length, sha256s: [...new Set(hashes.filter((sha256) => sha256 !== null))] }
    })
  }

  deleteMedia(tenant: TenantId, id: MediaId): Promise<string | undefined> {
    return this.writer.write(() => this.media.delete(tenant, id))
  }

  referencedFiles(sha256s: readonly string[]): Promise<Set<string>> {
    return this.writer.read(async () => {
      const named = await Promise.all(sha256s.map((sha256) => this.media.isNamed(sha256)))
      return new Set(sha256s.filter((_, index) => named[index]))
    })
  }

  onReceived(listener: () => void): () => void {
    return this.bell.add(listener)
  }
}

/** Tells of received files after the commit that stored them. */
export class ReceivedBell {
  private readonly listeners = new Set<() => void>()
  private isMarked = false

  add(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Called inside a unit: the next `ring` is heard. */
  mark(): void {
    this.isMarked = true
  }

  ring(): void {
    if (!this.isMarked) return
    this.isMarked = false
    for (const listener of [...this.listeners]) listener()
  }
}

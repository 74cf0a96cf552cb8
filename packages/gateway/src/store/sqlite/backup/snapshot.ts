import { once } from 'node:events'
import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { openDriver } from '../driver.ts'
import type { OnProgress } from './progress.ts'
import type { SnapshotOrder } from './snapshot-thread.ts'

const LOOK_MS = 100
const PAGES = `
  SELECT (page_count - freelist_count) * page_size AS bytes
  FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`

/**
 * Copies the database `from` into the empty file `to` as it is at one moment. In a thread: SQLite does it in one
 * statement, and how far that is can be seen by the size of the file alone.
 */
export async function copySnapshot(order: SnapshotOrder, onProgress: OnProgress): Promise<void> {
  const total = bytesIn(order)
  onProgress('database', 0, total)
  const thread = new Worker(new URL('./snapshot-thread.ts', import.meta.url), { workerData: order })
  const look = setInterval(() => onProgress('database', Math.min(sizeOf(order.to), total), total), LOOK_MS)
  try {
    // Rejects where the thread throws.
    await once(thread, 'exit')
  } finally {
    clearInterval(look)
  }
  onProgress('database', total, total)
}

function bytesIn({ from, busyMs }: SnapshotOrder): number {
  const driver = openDriver(from, { busyMs })
  try {
    return driver.prepare<[], { bytes: number }>(PAGES).get()?.bytes ?? 0
  } finally {
    driver.close()
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

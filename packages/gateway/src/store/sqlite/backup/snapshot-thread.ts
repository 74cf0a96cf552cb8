import { workerData } from 'node:worker_threads'
import { openDriver } from '../driver.ts'

/** What the thread is told: the files, and how long to wait for another process's lock. */
export interface SnapshotOrder {
  from: string
  to: string
  busyMs: number
}

const { from, to, busyMs } = workerData as SnapshotOrder
const driver = openDriver(from, { busyMs })
try {
  // One read transaction: a snapshot, during which others read and write as always.
  driver.prepare<[string]>('VACUUM INTO ?').run(to)
} finally {
  driver.close()
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { DEFAULT_TENANT, newId } from '../../../core/ids.ts'
import type { Store } from '../../store.ts'
import { openSqliteStore } from '../open.ts'
import { makeBackup } from './make.ts'
import { restoreBackup } from './restore.ts'

const logger = pino({ level: 'silent' })
const SHA256 = 'ab'.repeat(32)

async function inStore<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore({ dataDir, clock: systemClock, logger })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

test.each([
  [true, 'here'],
  [false, 'gone'],
])('a file that is not in the backup: kept elsewhere %s, it is %s', async (areFilesElsewhere, state) => {
  const root = mkdtempSync(join(tmpdir(), 'kurir-restore-'))
  try {
    const [before, after, file] = [join(root, 'before'), join(root, 'after'), join(root, 'backup.db')]
    const id = newId('med')
    await inStore(before, (store) =>
      store.media.createMedia(
        {
          ...{ id, tenant: DEFAULT_TENANT, sessionUid: null, session: null, state: 'here', mimetype: 'text/plain' },
          ...{ size: 3, fileName: null, sha256: SHA256, remote: null, attempts: 0, createdAt: 1, usedAt: 1 },
        },
        0,
      ),
    )
    await makeBackup({ dataDir: before, file, media: false, now: 2 })
    restoreBackup({ file, dataDir: after, resend: false, areFilesElsewhere, now: 3, logger })
    expect(await inStore(after, (store) => store.media.getMedia(DEFAULT_TENANT, id))).toMatchObject({ state })
  } finally {
    rmSync(root, { recursive: true })
  }
})

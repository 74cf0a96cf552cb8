import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { MIGRATIONS } from '../migrations/all.ts'
import { openDriver } from './driver.ts'
import { migrate } from './migrate.ts'

const dir = mkdtempSync(join(tmpdir(), 'kurir-chats-'))
afterAll(() => rmSync(dir, { recursive: true }))

test('a store from before gets its contacts from the messages that it has', () => {
  const driver = openDriver(join(dir, 'old.db'), { busyMs: 0 })
  const before = MIGRATIONS.findIndex(({ name }) => name === 'chats')
  migrate(driver, MIGRATIONS.slice(0, before), 1)
  driver.exec(`
    INSERT INTO session (uid, tenant, id, should_run, status, reason, since, metadata, created_at)
    VALUES ('ses_1', 't', 'a', 1, 'connected', 'resumed', 1, '{}', 1)`)
  const insert = driver.prepare<[string, string, string | null, string | null, number, string | null]>(`
    INSERT INTO message (id, tenant, session_uid, direction, wa_id, chat, participant, sender_alt, from_me, push_name,
      content, status, history, timestamp)
    VALUES (?, 't', 'ses_1', 'in', lower(hex(randomblob(8))), ?, ?, ?, ?, ?, '{}', 'received', '[]', 1)`)
  insert.run('m1', '6281@s.whatsapp.net', null, null, 0, 'Ani')
  insert.run('m2', '6281@s.whatsapp.net', null, '771@lid', 0, 'Ani W')
  insert.run('m3', '12@g.us', '772@lid', '6282@s.whatsapp.net', 0, 'Budi')
  insert.run('m4', '12@g.us', '773@lid', null, 0, null)
  insert.run('m5', '6284@s.whatsapp.net', null, null, 1, 'Me')
  migrate(driver, MIGRATIONS, 2)
  const rows = driver.prepare<[]>('SELECT phone, lid, push_name FROM contact ORDER BY row_no').all()
  expect(rows).toEqual([
    { phone: '6281@s.whatsapp.net', lid: '771@lid', push_name: 'Ani W' },
    { phone: '6282@s.whatsapp.net', lid: '772@lid', push_name: 'Budi' },
    { phone: null, lid: '773@lid', push_name: null },
  ])
  driver.close()
})

import type { Migration } from './migration.ts'

/**
 * When a message is to be sent and until when. `due_at` is what the outbox goes by: it is there for those that were
 * accepted before their time.
 */
export const scheduledMessages: Migration = {
  version: 11,
  name: 'scheduled messages',
  sqlite: `
    ALTER TABLE message ADD COLUMN send_at INTEGER;
    ALTER TABLE message ADD COLUMN due_at INTEGER;
    ALTER TABLE message ADD COLUMN expires_at INTEGER;
    CREATE INDEX message_due ON message (session_uid, due_at, row_no)
      WHERE due_at IS NOT NULL AND status IN ('accepted', 'prepared');
    CREATE INDEX message_next_due ON message (due_at)
      WHERE due_at IS NOT NULL AND status IN ('accepted', 'prepared');
    CREATE INDEX message_expiry ON message (expires_at)
      WHERE expires_at IS NOT NULL AND status IN ('accepted', 'prepared');
  `,
}

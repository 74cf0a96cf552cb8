import type { Migration } from './migration.ts'

/** What deliveries were answered, which message an event tells of, and finding messages that failed. */
export const failures: Migration = {
  version: 13,
  name: 'failures',
  sqlite: `
    ALTER TABLE delivery ADD COLUMN last_answer TEXT;
    ALTER TABLE event ADD COLUMN message_id TEXT;
    CREATE INDEX event_message ON event (message_id) WHERE message_id IS NOT NULL;
    CREATE INDEX message_failed ON message (tenant, status, row_no) WHERE status IN ('failed', 'expired', 'unknown');
  `,
}

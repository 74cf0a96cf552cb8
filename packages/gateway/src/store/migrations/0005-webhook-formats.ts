import type { Migration } from './migration.ts'

/** Endpoints of dialects and of single messages, secrets that are being rotated, and dead letters by themselves. */
export const webhookFormats: Migration = {
  version: 5,
  name: 'webhook formats',
  sqlite: `
    ALTER TABLE endpoint ADD COLUMN kind TEXT NOT NULL DEFAULT 'webhook';
    ALTER TABLE endpoint ADD COLUMN format TEXT NOT NULL DEFAULT 'native';
    ALTER TABLE endpoint ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE endpoint ADD COLUMN timeout_ms INTEGER;
    ALTER TABLE endpoint ADD COLUMN previous_secret TEXT;
    ALTER TABLE endpoint ADD COLUMN previous_secret_until INTEGER;
    ALTER TABLE endpoint ADD COLUMN used_at INTEGER;
    CREATE INDEX endpoint_kind ON endpoint (kind, tenant, id);
    CREATE UNIQUE INDEX endpoint_target ON endpoint (session_uid, format, url) WHERE kind = 'notify';
    CREATE INDEX endpoint_used ON endpoint (used_at) WHERE kind = 'notify';
    ALTER TABLE message ADD COLUMN notify TEXT;
    CREATE INDEX delivery_dead ON delivery (row_no) WHERE state = 'dead';
  `,
}

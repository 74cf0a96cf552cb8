import type { Migration } from './migration.ts'

/** Files that clients gave or messages brought; their bytes are in the data directory, under their sha256. */
export const media: Migration = {
  version: 2,
  name: 'media',
  sqlite: `
    CREATE TABLE media (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      tenant TEXT NOT NULL,
      session_uid TEXT REFERENCES session (uid) ON DELETE CASCADE,
      state TEXT NOT NULL,
      mimetype TEXT NOT NULL,
      size INTEGER,
      file_name TEXT,
      sha256 TEXT,
      remote TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER,
      created_at INTEGER NOT NULL,
      used_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX media_tenant ON media (tenant, size) WHERE state = 'here';
    CREATE INDEX media_session ON media (session_uid) WHERE session_uid IS NOT NULL;
    CREATE INDEX media_sha256 ON media (sha256) WHERE sha256 IS NOT NULL;
    CREATE INDEX media_due ON media (due_at, row_no) WHERE due_at IS NOT NULL;
    CREATE INDEX media_used ON media (used_at);
  `,
}

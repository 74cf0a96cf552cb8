import type { Migration } from './migration.ts'

/** Encryption at rest: the row that shows which master key fits, and the data keys, wrapped by it. */
export const encryption: Migration = {
  version: 12,
  name: 'encryption',
  sqlite: `
    CREATE TABLE master_key (
      id INTEGER PRIMARY KEY,
      kek TEXT NOT NULL,
      answer TEXT NOT NULL,
      state TEXT NOT NULL,
      changed_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE data_key (
      id TEXT PRIMARY KEY,
      scope TEXT NOT NULL UNIQUE,
      session_uid TEXT REFERENCES session (uid) ON DELETE CASCADE,
      kek TEXT NOT NULL,
      wrapped TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX data_key_session ON data_key (session_uid) WHERE session_uid IS NOT NULL;
    CREATE INDEX data_key_kek ON data_key (kek, id);
  `,
}

import type { Migration } from './migration.ts'

/** Small things that dialects keep in their own words: see `items/ports.ts`. */
export const items: Migration = {
  version: 6,
  name: 'items',
  sqlite: `
    CREATE TABLE item (
      tenant TEXT NOT NULL,
      dialect TEXT NOT NULL,
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      session_uid TEXT REFERENCES session (uid) ON DELETE CASCADE,
      value TEXT NOT NULL,
      changed_at INTEGER NOT NULL,
      PRIMARY KEY (tenant, dialect, kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX item_session ON item (session_uid) WHERE session_uid IS NOT NULL;
  `,
}

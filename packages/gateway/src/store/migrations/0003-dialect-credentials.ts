import type { Migration } from './migration.ts'

/** Keys of dialects, the tokens they are exchanged for, and what a tenant has used of its quotas. */
export const dialectCredentials: Migration = {
  version: 3,
  name: 'dialect credentials',
  sqlite: `
    ALTER TABLE api_key ADD COLUMN dialect TEXT;
    ALTER TABLE api_key ADD COLUMN alias TEXT;
    ALTER TABLE api_key ADD COLUMN sealed TEXT;
    CREATE INDEX api_key_alias ON api_key (dialect, alias) WHERE alias IS NOT NULL;

    CREATE TABLE access_token (
      hash TEXT PRIMARY KEY,
      key_id TEXT NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX access_token_key ON access_token (key_id);
    CREATE INDEX access_token_expiry ON access_token (expires_at);

    CREATE TABLE usage (
      tenant TEXT NOT NULL,
      what TEXT NOT NULL,
      month TEXT NOT NULL,
      used INTEGER NOT NULL,
      PRIMARY KEY (tenant, what, month)
    ) STRICT, WITHOUT ROWID;
  `,
}

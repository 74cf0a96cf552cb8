import type { Migration } from './migration.ts'

/**
 * Ids are texts, times milliseconds since the epoch, booleans 0/1, JSON texts; no triggers: the same shapes serve
 * PostgreSQL. `row_no` numbers give the order of storing and are never used twice.
 */
export const firstTables: Migration = {
  version: 1,
  name: 'first tables',
  sqlite: `
    CREATE TABLE tenant (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      country_code TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE session (
      uid TEXT PRIMARY KEY,
      tenant TEXT NOT NULL,
      id TEXT NOT NULL,
      name TEXT,
      should_run INTEGER NOT NULL,
      status TEXT NOT NULL,
      reason TEXT NOT NULL,
      since INTEGER NOT NULL,
      phone TEXT,
      lid TEXT,
      push_name TEXT,
      metadata TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      last_seq INTEGER NOT NULL DEFAULT 0,
      UNIQUE (tenant, id)
    ) STRICT;
    CREATE INDEX session_id ON session (id, uid);

    CREATE TABLE message (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      tenant TEXT NOT NULL,
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      direction TEXT NOT NULL,
      wa_id TEXT NOT NULL,
      chat TEXT NOT NULL,
      participant TEXT,
      sender_alt TEXT,
      from_me INTEGER NOT NULL,
      push_name TEXT,
      content TEXT NOT NULL,
      quote TEXT,
      status TEXT NOT NULL,
      history TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      timestamp INTEGER NOT NULL,
      proto BLOB,
      undecryptable INTEGER NOT NULL DEFAULT 0,
      idempotency_key TEXT,
      request_hash TEXT
    ) STRICT;
    CREATE UNIQUE INDEX message_identity ON message (session_uid, wa_id, chat, from_me, coalesce(participant, ''));
    CREATE UNIQUE INDEX message_idempotency ON message (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
    CREATE INDEX message_outbox ON message (session_uid, row_no) WHERE status IN ('accepted', 'prepared');
    CREATE INDEX message_session ON message (session_uid, row_no);
    CREATE INDEX message_chat ON message (session_uid, chat, row_no);
    CREATE INDEX message_alt ON message (session_uid, sender_alt, row_no)
      WHERE sender_alt IS NOT NULL AND participant IS NULL;

    CREATE TABLE event (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL,
      tenant TEXT NOT NULL,
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      session TEXT NOT NULL,
      seq INTEGER NOT NULL,
      type TEXT NOT NULL,
      timestamp INTEGER NOT NULL,
      data TEXT NOT NULL,
      metadata TEXT NOT NULL,
      lane TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX event_seq ON event (session_uid, seq);
    CREATE INDEX event_tenant ON event (tenant, row_no);

    CREATE TABLE endpoint (
      id TEXT PRIMARY KEY,
      tenant TEXT NOT NULL,
      url TEXT NOT NULL,
      events TEXT NOT NULL,
      session_uid TEXT REFERENCES session (uid) ON DELETE CASCADE,
      session TEXT,
      headers TEXT NOT NULL,
      secret TEXT NOT NULL,
      disabled_at INTEGER,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX endpoint_tenant ON endpoint (tenant, id);
    CREATE INDEX endpoint_session ON endpoint (session_uid) WHERE session_uid IS NOT NULL;

    CREATE TABLE delivery (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      endpoint TEXT NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
      event_row_no INTEGER NOT NULL REFERENCES event (row_no) ON DELETE CASCADE,
      event_id TEXT NOT NULL,
      event_type TEXT NOT NULL,
      lane TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER,
      last_status INTEGER,
      last_error TEXT,
      created_at INTEGER NOT NULL,
      finished_at INTEGER
    ) STRICT;
    CREATE INDEX delivery_due ON delivery (due_at, row_no) WHERE due_at IS NOT NULL;
    CREATE INDEX delivery_due_at_endpoint ON delivery (endpoint, due_at, row_no) WHERE due_at IS NOT NULL;
    CREATE INDEX delivery_lane ON delivery (endpoint, lane, row_no) WHERE state = 'pending';
    CREATE INDEX delivery_endpoint ON delivery (endpoint, row_no);
    CREATE INDEX delivery_event ON delivery (event_row_no);

    CREATE TABLE api_key (
      id TEXT PRIMARY KEY,
      tenant TEXT NOT NULL,
      name TEXT NOT NULL,
      secret_hash TEXT NOT NULL,
      scopes TEXT NOT NULL,
      is_admin INTEGER NOT NULL,
      session_uid TEXT REFERENCES session (uid) ON DELETE CASCADE,
      session TEXT,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX api_key_tenant ON api_key (tenant, id);
    CREATE INDEX api_key_session ON api_key (session_uid) WHERE session_uid IS NOT NULL;

    CREATE TABLE answer (
      tenant TEXT NOT NULL,
      key TEXT NOT NULL,
      request_hash TEXT NOT NULL,
      status INTEGER NOT NULL,
      body TEXT NOT NULL,
      content_type TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (tenant, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX answer_at ON answer (at);

    CREATE TABLE credential (
      session_uid TEXT PRIMARY KEY REFERENCES session (uid) ON DELETE CASCADE,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE signal_key (
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      type TEXT NOT NULL,
      id TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (session_uid, type, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE journal (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      key TEXT NOT NULL,
      plaintext BLOB NOT NULL,
      envelope TEXT NOT NULL,
      consumed INTEGER NOT NULL DEFAULT 0,
      at INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX journal_key ON journal (session_uid, key);
    CREATE INDEX journal_pending ON journal (session_uid, row_no) WHERE consumed = 0;
    CREATE INDEX journal_done ON journal (at) WHERE consumed = 1;

    CREATE TABLE probe (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT;
  `,
}

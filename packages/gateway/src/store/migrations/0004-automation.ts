import type { Migration } from './migration.ts'

/** Keyword rules, how sessions answer by themselves, and the messages that wait for their answer. */
export const automation: Migration = {
  version: 4,
  name: 'automation',
  sqlite: `
    CREATE TABLE automation_rule (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      keyword TEXT NOT NULL,
      match TEXT NOT NULL,
      action TEXT NOT NULL,
      enabled INTEGER NOT NULL,
      position INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX automation_rule_session ON automation_rule (session_uid, position, row_no);

    CREATE TABLE automation_setting (
      session_uid TEXT PRIMARY KEY REFERENCES session (uid) ON DELETE CASCADE,
      value TEXT NOT NULL,
      is_default_on INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE automation_job (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
      chat TEXT NOT NULL,
      own_phone TEXT,
      offline INTEGER NOT NULL,
      state TEXT NOT NULL,
      due_at INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0,
      replies TEXT,
      planned INTEGER NOT NULL DEFAULT 0,
      planned_at INTEGER,
      reason TEXT,
      created_at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT;
    CREATE INDEX automation_job_due ON automation_job (due_at, row_no) WHERE due_at IS NOT NULL;
    CREATE INDEX automation_job_lane ON automation_job (session_uid, chat, row_no) WHERE state = 'waiting';
    CREATE INDEX automation_job_planned ON automation_job (session_uid, chat, planned_at) WHERE planned_at IS NOT NULL;
    CREATE INDEX automation_job_ended ON automation_job (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX automation_job_message ON automation_job (message_id);
  `,
}

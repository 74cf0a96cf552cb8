import type { Migration } from './migration.ts'

const TABLES = `
    CREATE TABLE contact (
      row_no INTEGER PRIMARY KEY AUTOINCREMENT,
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      phone TEXT,
      lid TEXT,
      push_name TEXT
    ) STRICT;
    CREATE UNIQUE INDEX contact_phone ON contact (session_uid, phone);
    CREATE UNIQUE INDEX contact_lid ON contact (session_uid, lid);

    CREATE TABLE chat_read (
      session_uid TEXT NOT NULL REFERENCES session (uid) ON DELETE CASCADE,
      chat TEXT NOT NULL,
      row_no INTEGER NOT NULL,
      PRIMARY KEY (session_uid, chat)
    ) STRICT, WITHOUT ROWID;
`

const PEOPLE = `
    INSERT OR IGNORE INTO contact (session_uid, phone, lid, push_name)
    SELECT session_uid,
      CASE WHEN person LIKE '%@s.whatsapp.net' THEN person WHEN other LIKE '%@s.whatsapp.net' THEN other END,
      CASE WHEN person LIKE '%@lid' THEN person WHEN other LIKE '%@lid' THEN other END,
      push_name
    FROM (
      SELECT session_uid, coalesce(participant, chat) AS person, sender_alt AS other, push_name, max(row_no) AS row_no
      FROM message WHERE direction = 'in' AND from_me = 0 GROUP BY session_uid, coalesce(participant, chat)
    )
    WHERE person LIKE '%@s.whatsapp.net' OR person LIKE '%@lid'
    ORDER BY row_no;
`

/**
 * Persons with both their addresses, taken from the messages that are there already, and how far each chat has been
 * read.
 */
export const chats: Migration = {
  version: 7,
  name: 'chats',
  sqlite: TABLES + PEOPLE,
  // No store on PostgreSQL is older than this step.
  postgres: TABLES,
}

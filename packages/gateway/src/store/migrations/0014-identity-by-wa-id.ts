import type { Migration } from './migration.ts'

/**
 * WhatsApp's id, which hardly ever comes twice, leads the index by which a message is found. As one of several indexes that
 * begin with the session it is not what PostgreSQL takes while it has no statistics: it reads the whole chat instead.
 */
export const identityByWaId: Migration = {
  version: 14,
  name: 'identity by wa_id',
  sqlite: `
    DROP INDEX message_identity;
    CREATE UNIQUE INDEX message_identity ON message (wa_id, session_uid, chat, from_me, coalesce(participant, ''));
  `,
}

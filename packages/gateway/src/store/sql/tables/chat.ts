import { UNREAD_LIMIT, type UnreadMessage } from '../../../chats/ports.ts'
import type { MessageId, SessionUid, WaMessageId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import type { Driver } from '../driver.ts'

// One look into the index for each chat, however many messages it has.
const CHATS = `
  WITH RECURSIVE chats (chat) AS (
    SELECT min(chat) FROM message WHERE session_uid = @session
    UNION ALL
    SELECT (SELECT min(chat) FROM message WHERE session_uid = @session AND chat > chats.chat) FROM chats
    WHERE chats.chat IS NOT NULL
  ), last (chat, row_no) AS (
    SELECT chat, (SELECT max(row_no) FROM message WHERE session_uid = @session AND chat = chats.chat) FROM chats
    WHERE chat IS NOT NULL
  )
  SELECT last.chat, last.row_no, message.id FROM last JOIN message ON message.row_no = last.row_no
  WHERE last.row_no < @before ORDER BY last.row_no DESC LIMIT @limit`
const UNREAD = `
  SELECT row_no, wa_id, participant FROM message
  WHERE session_uid = @session AND chat = @chat AND direction = 'in' AND from_me = 0
    AND row_no > coalesce((SELECT row_no FROM chat_read WHERE session_uid = @session AND chat = @chat), 0)
  ORDER BY row_no DESC LIMIT @limit`
const COUNT_UNREAD = `SELECT count(*) AS count FROM (${UNREAD}) AS unread`
const MARK = `
  INSERT INTO chat_read (session_uid, chat, row_no) VALUES (?, ?, ?)
  ON CONFLICT (session_uid, chat) DO UPDATE SET row_no = excluded.row_no WHERE excluded.row_no > chat_read.row_no`

interface UnreadRow {
  row_no: number
  wa_id: WaMessageId
  participant: Jid | null
}

/** Chats as the messages make them, and how far each was read. */
export class ChatTable {
  private readonly chatRows
  private readonly unreadRows
  private readonly countRow
  private readonly markRow

  constructor(driver: Driver) {
    this.chatRows = driver.prepare<
      [{ session: string; before: number; limit: number }],
      { chat: Jid; row_no: number; id: MessageId }
    >(CHATS)
    this.unreadRows = driver.prepare<[{ session: string; chat: string; limit: number }], UnreadRow>(UNREAD)
    this.countRow = driver.prepare<[{ session: string; chat: string; limit: number }], { count: number }>(COUNT_UNREAD)
    this.markRow = driver.prepare<[string, string, number]>(MARK)
  }

  /** Each with its last message, the newest first. */
  async list(
    session: SessionUid,
    before: number,
    limit: number,
  ): Promise<{ chat: Jid; lastRow: number; id: MessageId }[]> {
    return (await this.chatRows.all({ session, before, limit })).map(({ chat, row_no, id }) => ({
      chat,
      lastRow: row_no,
      id,
    }))
  }

  /** Newest first. */
  async unread(session: SessionUid, chat: Jid, limit: number): Promise<UnreadMessage[]> {
    return (await this.unreadRows.all({ session, chat, limit })).map(({ row_no: row, wa_id: waId, participant }) => ({
      row,
      waId,
      participant,
    }))
  }

  async countUnread(session: SessionUid, chat: Jid): Promise<number> {
    return (await this.countRow.get({ session, chat, limit: UNREAD_LIMIT }))?.count ?? 0
  }

  async mark(session: SessionUid, chat: Jid, row: number): Promise<void> {
    await this.markRow.run(session, chat, row)
  }
}

import type { Chat, ChatStore, Contact, UnreadMessage } from '../../chats/ports.ts'
import type { MessageId, SessionUid } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { GroupCommit } from './group-commit.ts'
import type { ChatTable } from './tables/chat.ts'
import type { ContactTable } from './tables/contact.ts'
import type { MessageTable } from './tables/message.ts'

export class SqlChatStore implements ChatStore {
  private readonly writer: GroupCommit
  private readonly chats: ChatTable
  private readonly contacts: ContactTable
  private readonly messages: MessageTable

  constructor(writer: GroupCommit, tables: { chats: ChatTable; contacts: ContactTable; messages: MessageTable }) {
    this.writer = writer
    this.chats = tables.chats
    this.contacts = tables.contacts
    this.messages = tables.messages
  }

  listChats(session: SessionUid, page: { limit: number; beforeRow?: number }): Promise<Chat[]> {
    const { limit, beforeRow = Number.MAX_SAFE_INTEGER } = page
    return this.writer.read(async () => {
      const rows = await this.chats.list(session, beforeRow, limit)
      const chats = await Promise.all(rows.map((row) => this.describe(session, row)))
      return chats.filter((chat) => chat !== undefined)
    })
  }

  unread(session: SessionUid, chat: Jid, limit: number): Promise<UnreadMessage[]> {
    return this.writer.read(() => this.chats.unread(session, chat, limit))
  }

  markRead(session: SessionUid, chat: Jid, row: number): Promise<void> {
    return this.writer.write(() => this.chats.mark(session, chat, row))
  }

  findContact(session: SessionUid, person: Jid): Promise<Contact | undefined> {
    return this.writer.read(() => this.contacts.find(session, person))
  }

  listContacts(session: SessionUid, page: { limit: number; afterRow?: number }): Promise<Contact[]> {
    return this.writer.read(() => this.contacts.list(session, page.afterRow ?? 0, page.limit))
  }

  private async describe(
    session: SessionUid,
    row: { chat: Jid; lastRow: number; id: MessageId },
  ): Promise<Chat | undefined> {
    const { chat, lastRow, id } = row
    const last = (await this.messages.byId(id))?.message
    if (!last) return undefined
    const person = await this.contacts.find(session, chat)
    const alt = (person?.phone === chat ? person.lid : person?.phone) ?? null
    return { chat, alt, name: person?.name ?? null, unread: await this.chats.countUnread(session, chat), last, lastRow }
  }
}

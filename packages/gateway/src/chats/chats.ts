import type { TenantId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { Presence, TypingState } from '../engine/port.ts'
import { asked } from './asked.ts'
import type { Chat, ChatStore, Connections, Contact } from './ports.ts'
import type { ChatVerbs } from './verbs.ts'

/** Messages that one call marks as read. */
const READ_LIMIT = 200

/** Chats and contacts as the messages show them, and what the account does in chats. */
export class Chats implements ChatVerbs {
  readonly #store: ChatStore
  readonly #sessions: Connections

  constructor({ store, sessions }: { store: ChatStore; sessions: Connections }) {
    this.#store = store
    this.#sessions = sessions
  }

  async chats(tenant: TenantId, session: string, page: { limit: number; beforeRow?: number }): Promise<Chat[]> {
    const { uid } = await this.#sessions.get(tenant, session)
    return this.#store.listChats(uid, page)
  }

  async contacts(tenant: TenantId, session: string, page: { limit: number; afterRow?: number }): Promise<Contact[]> {
    const { uid } = await this.#sessions.get(tenant, session)
    return this.#store.listContacts(uid, page)
  }

  async markRead(tenant: TenantId, session: string, chat: Jid): Promise<number> {
    const { uid } = await this.#sessions.get(tenant, session)
    const unread = await this.#store.unread(uid, chat, READ_LIMIT)
    const [newest] = unread
    await this.#sessions.use(tenant, session, async ({ chatActions }) => {
      if (newest) await asked(chatActions.markRead(chat, unread))
    })
    // Afterwards: what was not told is unread still.
    if (newest) await this.#store.markRead(uid, chat, newest.row)
    return unread.length
  }

  async setTyping(tenant: TenantId, session: string, chat: Jid, state: TypingState): Promise<void> {
    await this.#sessions.use(tenant, session, ({ chatActions }) => asked(chatActions.setTyping(chat, state)))
  }

  async presence(tenant: TenantId, session: string, person: Jid): Promise<Presence> {
    return this.#sessions.use(tenant, session, ({ chatActions }) => asked(chatActions.presence(person)))
  }
}

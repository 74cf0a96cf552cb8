import { KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'
import { type Jid, jidKind, jidPhone } from '../core/jid.ts'
import { isSpelledTwoWays } from '../core/number.ts'
import type { EngineConnection, Presence, TypingState } from '../engine/port.ts'
import { asked } from './asked.ts'
import type { Chat, ChatStore, Connections, Contact } from './ports.ts'
import type { ChatVerbs, ContactDetails } from './verbs.ts'

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
    return this.#sessions.use(tenant, session, async (connection) => {
      const known = await knownAs(connection, chat)
      const unread = await this.#store.unread(uid, known, READ_LIMIT)
      const [newest] = unread
      if (newest) await asked(connection.chatActions.markRead(known, unread))
      // Afterwards: what was not told is unread still.
      if (newest) await this.#store.markRead(uid, known, newest.row)
      return unread.length
    })
  }

  async setTyping(tenant: TenantId, session: string, chat: Jid, state: TypingState): Promise<void> {
    await this.#sessions.use(tenant, session, async (connection) =>
      asked(connection.chatActions.setTyping(await knownAs(connection, chat), state)),
    )
  }

  async presence(tenant: TenantId, session: string, person: Jid): Promise<Presence> {
    return this.#sessions.use(tenant, session, async (connection) =>
      asked(connection.chatActions.presence(await knownAs(connection, person))),
    )
  }

  async contact(tenant: TenantId, session: string, who: Jid): Promise<ContactDetails> {
    const { uid } = await this.#sessions.get(tenant, session)
    return this.#sessions.use(tenant, session, async (connection) => {
      const { person, lid } = await whoIs(connection, who)
      const known = (await this.#store.findContact(uid, person)) ?? (lid && (await this.#store.findContact(uid, lid)))
      const [profile, blocked] = await Promise.all([
        asked(connection.contactActions.profile(person)),
        asked(connection.contactActions.blocked()),
      ])
      const phone = jidKind(person) === 'user' ? person : (known?.phone ?? null)
      const names = { phone, lid: lid ?? known?.lid ?? null }
      const isBlocked = blocked.some((jid) => jid === names.phone || jid === names.lid)
      return { ...names, name: known?.name ?? null, ...profile, blocked: isBlocked }
    })
  }

  async setBlocked(tenant: TenantId, session: string, person: Jid, blocked: boolean): Promise<void> {
    await this.#sessions.use(tenant, session, async (connection) => {
      const known = await whoIs(connection, person)
      await asked(connection.contactActions.setBlocked(known.person, blocked))
    })
  }

  async blocked(tenant: TenantId, session: string): Promise<Jid[]> {
    return this.#sessions.use(tenant, session, ({ contactActions }) => asked(contactActions.blocked()))
  }
}

/** The way in which WhatsApp writes a number that is written in two ways; anything else as it is. */
async function knownAs(connection: EngineConnection, chat: Jid): Promise<Jid> {
  return isSpelledTwoWays(chat) ? (await whoIs(connection, chat)).person : chat
}

/** The addresses by which WhatsApp knows a person. Rejects with `not_registered`. */
async function whoIs(connection: EngineConnection, person: Jid): Promise<{ person: Jid; lid: Jid | null }> {
  const phone = jidPhone(person)
  if (phone === undefined) return { person, lid: person }
  const [check] = await connection.checkNumbers([phone])
  if (!check?.exists) throw new KurirError('not_registered')
  return { person: check.jid ?? person, lid: check.lid }
}

import type { ShownContent } from './content.ts'
import type { User } from './model.ts'
import { chatName } from './phone.ts'
import { chatOf } from './phone-send.ts'
import type { World } from './world.ts'

/** What a phone sent, as its person sees it. */
export interface SentRow extends ShownContent {
  id: string
  /** Phone number of the other person, or the group's JID. */
  chat: string
  /** Seconds since 1970. */
  timestamp: number
  /** How many companions of others confirmed delivery, and how many times it was read. */
  delivered: number
  read: number
}

/** The latest messages that the phone sent itself, oldest first. */
const LATEST = 200

/** Described when asked for, so that a load of messages costs nothing more. */
export async function sentRows(world: World, user: User): Promise<SentRow[]> {
  const own = [...user.known.values()].filter(({ sender }) => sender === user).slice(-LATEST)
  const describing = own.map(async ({ id, chatJid, message, timestamp }) => {
    const content = await world.content.describe(message, { getMedia: (path) => world.media.get(path) })
    const { delivered = 0, read = 0 } = world.ledger.find(user.phone, id) ?? {}
    return { id, chat: chatName(chatOf(world, chatJid)), ...content, timestamp, delivered, read }
  })
  return Promise.all(describing)
}

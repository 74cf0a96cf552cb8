import { type Jid, jidKind, parseJid } from '../../core/jid.ts'
import { type ContactActions, type ContactProfile, Refused } from '../port.ts'
import { type ActionsContext, query } from './asking.ts'
import type { ChatActionsContext } from './chat-actions.ts'

/** What WhatsApp answers where there is no picture, or none that this account may see. */
const NO_PICTURE = new Set(['401', '403', '404'])

/** What a person shows of himself, and whom the account shuts out. */
export class BaileysContactActions implements ContactActions {
  readonly #context: ActionsContext & Pick<ChatActionsContext, 'lookUp'>

  constructor(context: ActionsContext & Pick<ChatActionsContext, 'lookUp'>) {
    this.#context = context
  }

  async profile(person: Jid): Promise<ContactProfile> {
    const [about, pictureUrl] = await Promise.all([this.#about(person), this.#picture(person)])
    return { about, pictureUrl }
  }

  async setBlocked(person: Jid, blocked: boolean): Promise<void> {
    await query(this.#context, (sock) => sock.updateBlockStatus(person, blocked ? 'block' : 'unblock'))
  }

  async blocked(): Promise<Jid[]> {
    const list = await query(this.#context, (sock) => sock.fetchBlocklist())
    return Promise.all(
      list
        .flatMap((text) => parseJid(text ?? '') ?? [])
        .map(async (jid) => {
          // WhatsApp lists people by LID; callers know them by their number.
          const other = jidKind(jid) === 'lid' ? await this.#context.lookUp(jid) : null
          return other ?? jid
        }),
    )
  }

  async #about(person: Jid): Promise<string | null> {
    const answers = await query(this.#context, (sock) => sock.fetchStatus(person))
    const { status } = (answers?.[0] as { status?: { status?: string | null } } | undefined) ?? {}
    return status?.status || null
  }

  async #picture(person: Jid): Promise<string | null> {
    try {
      return (await query(this.#context, (sock) => sock.profilePictureUrl(person, 'image'))) ?? null
    } catch (error) {
      if (error instanceof Refused && NO_PICTURE.has(error.code)) return null
      throw error
    }
  }
}

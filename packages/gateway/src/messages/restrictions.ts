import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import { type Jid, jidKind } from '../core/jid.ts'
import type { Restriction } from '../core/restriction.ts'
import type { MessageStore, SessionDirectory } from './ports.ts'
import type { StoreRetry } from './until-stored.ts'

export interface RestrictionDeps {
  store: Pick<MessageStore, 'restrict' | 'isKnownChat'>
  sessions: Pick<SessionDirectory, 'getSessionByUid'>
  retry: StoreRetry
  clock: Clock
}

/** Which sessions may not write to strangers now. Read from the store once, then kept: it is asked before every send. */
export class Restrictions {
  readonly #deps: RestrictionDeps
  readonly #known = new Map<SessionUid, Restriction | null>()

  constructor(deps: RestrictionDeps) {
    this.#deps = deps
  }

  /** Until when a message to the chat must wait, milliseconds since the epoch; undefined where it may go. */
  async heldUntil(session: SessionUid, chat: Jid): Promise<number | undefined> {
    const { clock, store, retry } = this.#deps
    const restriction = await this.#of(session)
    if (!restriction || restriction.until <= clock.now() || jidKind(chat) === 'group') return undefined
    return (await retry.untilStored(() => store.isKnownChat(session, chat))) ? undefined : restriction.until
  }

  /** WhatsApp has refused a message with code 463. */
  async refused(session: SessionUid): Promise<void> {
    const { clock, store, retry } = this.#deps
    const restriction = await retry.untilStored(() => store.restrict(session, clock.now()))
    this.#known.set(session, restriction)
  }

  /** The store knows better now. */
  forget(session: SessionUid): void {
    this.#known.delete(session)
  }

  async #of(session: SessionUid): Promise<Restriction | null> {
    const known = this.#known.get(session)
    if (known !== undefined) return known
    const { sessions, retry } = this.#deps
    const record = await retry.untilStored(() => sessions.getSessionByUid(session))
    const restriction = record?.restriction ?? null
    this.#known.set(session, restriction)
    return restriction
  }
}

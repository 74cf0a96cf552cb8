import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import type { SessionUid, TenantId } from '../core/ids.ts'
import { type Jid, jidKind, jidPhone } from '../core/jid.ts'
import type { MediaId } from '../core/media.ts'
import type { MessageRecord } from '../core/message.ts'
import type { ChatStore, Contact, PersonNames, PersonPage, PersonStore } from './ports.ts'
import type { ExportPart, ExportRecord, Forgotten, PersonVerbs } from './verbs.ts'

interface PersonsNeeds {
  store: PersonStore
  chats: Pick<ChatStore, 'findContact'>
  sessions: {
    /** Rejects with `session_not_found`. */
    get(tenant: TenantId, id: string): Promise<{ uid: SessionUid; phone: string | null; lid: Jid | null }>
  }
  files: { discard(tenant: TenantId, id: MediaId): Promise<void> }
  clock: Pick<Clock, 'now'>
}

/** A message that becomes due within this time may be in the hands of the outbox already. */
const MARGIN_MS = 60_000

/** Rows that are deleted in one unit. */
const PAGE = 100

/** Where an export goes on. */
const CURSOR = /^(messages|events):(\d{1,15})$/

/** Everything that is kept of one person: shown and forgotten. */
export class Persons implements PersonVerbs {
  readonly #needs: PersonsNeeds

  constructor(needs: PersonsNeeds) {
    this.#needs = needs
  }

  async export(
    tenant: TenantId,
    session: string,
    person: Jid,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<ExportPart> {
    const { store, sessions } = this.#needs
    const { uid } = await sessions.get(tenant, session)
    const { names, contact } = await this.#namesOf(uid, person)
    if (cursor === undefined) {
      const { row: _, ...shown } = contact ?? { row: 0, ...names, name: null }
      return { records: contact ? [{ kind: 'contact', contact: shown }] : [], next: 'messages:0' }
    }
    const [, part, after] = CURSOR.exec(cursor) ?? []
    if (part === undefined) throw new KurirError('invalid_request', 'cursor is none of this list')
    if (part === 'events') {
      const page = await store.eventsOf(uid, names, { after: Number(after), limit })
      return partOf(page, (event) => ({ kind: 'event', event }), 'events', null)
    }
    const page = await store.messagesOf(uid, names, { after: Number(after), limit })
    return partOf(page, (message) => ({ kind: 'message', message }), 'messages', 'events:0')
  }

  async forget(tenant: TenantId, session: string, person: Jid): Promise<Forgotten> {
    const { store, sessions, clock } = this.#needs
    const { uid, phone, lid } = await sessions.get(tenant, session)
    if (person === lid || (phone !== null && jidPhone(person) === phone)) {
      throw new KurirError('invalid_recipient', 'It is the account’s own number')
    }
    const { names } = await this.#namesOf(uid, person)
    if (await store.hasOpenSends(uid, names, clock.now() + MARGIN_MS)) throw new KurirError('contact_has_open_sends')
    // The names go last: a forgetting that was cut short finds the rest when it is asked for again.
    const { messages, files } = await this.#forgetMessages(tenant, uid, names)
    const events = await this.#forgetEvents(uid, names)
    const contacts = (await store.deleteContact(uid, names)) ? 1 : 0
    return { messages, events, files, contacts }
  }

  async #forgetMessages(tenant: TenantId, uid: SessionUid, names: PersonNames) {
    const { store, files, clock } = this.#needs
    const done = { messages: 0, files: 0 }
    for (let after: number | null = 0; after !== null; ) {
      const page: PersonPage<MessageRecord> = await store.messagesOf(uid, names, { after, limit: PAGE })
      // Before their messages, which are all that leads to them. What was sent may be in other messages as well.
      for (const id of page.items.flatMap(receivedFile)) {
        await files.discard(tenant, id)
        done.files += 1
      }
      const at = clock.now()
      const ids = page.items.map(({ id }) => id)
      if (ids.length > 0) done.messages += await store.deleteMessages(ids, { at, dueAfter: at + MARGIN_MS })
      after = page.next
    }
    return done
  }

  async #forgetEvents(uid: SessionUid, names: PersonNames): Promise<number> {
    const { store, clock } = this.#needs
    let total = 0
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<PersonStore['eventsOf']>> = await store.eventsOf(uid, names, {
        after,
        limit: PAGE,
      })
      const seqs = page.items.map(({ seq }) => seq)
      if (seqs.length > 0) total += await store.deleteEvents(uid, seqs, clock.now())
      after = page.next
    }
    return total
  }

  async #namesOf(uid: SessionUid, person: Jid): Promise<{ names: PersonNames; contact: Contact | undefined }> {
    const contact = await this.#needs.chats.findContact(uid, person)
    const isLid = jidKind(person) === 'lid'
    const names = { phone: isLid ? (contact?.phone ?? null) : person, lid: isLid ? person : (contact?.lid ?? null) }
    return { names, contact }
  }
}

function partOf<Item>(
  { items, next }: PersonPage<Item>,
  toRecord: (item: Item) => ExportRecord,
  part: string,
  following: string | null,
): ExportPart {
  return { records: items.map(toRecord), next: next === null ? following : `${part}:${next}` }
}

function receivedFile({ direction, content }: MessageRecord): MediaId[] {
  return direction === 'in' && 'media' in content && content.media ? [content.media.id] : []
}

import type { PersonCursor, PersonNames, PersonPage, PersonStore } from '../../chats/ports.ts'
import type { EventRecord } from '../../core/event.ts'
import type { MessageId, SessionUid } from '../../core/ids.ts'
import { jidUser } from '../../core/jid.ts'
import type { MessageRecord } from '../../core/message.ts'
import type { Driver } from './driver.ts'
import type { GroupCommit } from './group-commit.ts'
import type { AutomationJobTable } from './tables/automation-job.ts'
import type { DeliveryTable } from './tables/delivery.ts'
import type { EventTable } from './tables/event.ts'
import type { MessageTable } from './tables/message.ts'
import { PersonRows } from './tables/person-rows.ts'

/** Rows that are looked at in one unit: it is done seldom, and others must not wait for it. */
const LOOKED_AT = 500

interface PersonTables {
  messages: MessageTable
  events: EventTable
  deliveries: DeliveryTable
  jobs: AutomationJobTable
}

export class SqlPersonStore implements PersonStore {
  private readonly writer: GroupCommit
  private readonly tables: PersonTables
  private readonly rows: PersonRows

  constructor(writer: GroupCommit, driver: Driver, tables: PersonTables) {
    this.writer = writer
    this.tables = tables
    this.rows = new PersonRows(driver)
  }

  hasOpenSends(session: SessionUid, person: PersonNames, dueAfter: number): Promise<boolean> {
    return this.writer.read(() => this.rows.hasOpenSends(session, person, dueAfter))
  }

  messagesOf(session: SessionUid, person: PersonNames, page: PersonCursor): Promise<PersonPage<MessageRecord>> {
    return this.writer.read(async () => {
      const { ids, next } = await this.rows.messages(session, person, page, LOOKED_AT)
      const found = await Promise.all(ids.map((id) => this.tables.messages.byId(id)))
      return { items: found.flatMap((stored) => (stored ? [stored.message] : [])), next }
    })
  }

  eventsOf(session: SessionUid, person: PersonNames, { after, limit }: PersonCursor): Promise<PersonPage<EventRecord>> {
    return this.writer.read(async () => {
      const query = { tenant: null, sessionUid: session, afterSeq: after, limit: LOOKED_AT }
      const events = (await this.tables.events.list(query)).map(({ event }) => event)
      const all = events.filter(naming(person))
      const items = all.slice(0, limit)
      const last = items.length < all.length ? items.at(-1) : events.at(-1)
      return { items, next: last?.seq ?? null }
    })
  }

  deleteMessages(ids: readonly MessageId[], { at, dueAfter }: { at: number; dueAfter: number }): Promise<number> {
    return this.writer.write(async () => {
      let deleted = 0
      for (const id of ids) {
        // One that ends lets the next of its chat begin; one that is only deleted would not.
        for (const job of await this.rows.waitingJobs(id)) {
          await this.tables.jobs.settle(job, { kind: 'ended', reason: 'forgotten', at })
        }
        if (await this.rows.deleteMessage(id, dueAfter)) deleted += 1
      }
      return deleted
    })
  }

  deleteEvents(session: SessionUid, seqs: readonly number[], at: number): Promise<number> {
    return this.writer.write(async (effects) => {
      let deleted = 0
      for (const seq of seqs) {
        const lanes = await this.rows.pendingLanes(session, seq)
        if (await this.rows.deleteEvent(session, seq)) deleted += 1
        for (const { endpoint, lane } of lanes) {
          await this.tables.deliveries.resume(endpoint, lane, at)
          effects.deliveries = true
        }
      }
      return deleted
    })
  }

  deleteContact(session: SessionUid, person: PersonNames): Promise<boolean> {
    return this.writer.write(() => this.rows.deleteContact(session, person))
  }
}

/** Whether an event is about the person: its data shows phone numbers as digits, and other addresses whole or by their digits. */
function naming({ phone, lid }: PersonNames): (event: EventRecord) => boolean {
  const jids = [phone, lid].filter((jid) => jid !== null)
  const names = new Set<unknown>([...jids, ...(phone ? [jidUser(phone)] : [])])
  const lidDigits = lid ? jidUser(lid) : undefined
  return ({ lane, data }) => {
    if (names.has(lane)) return true
    if (typeof data !== 'object' || data === null) return false
    const shown = data as Record<string, unknown>
    if (lidDigits !== undefined && shown.lid === lidDigits) return true
    if (['id', 'from', 'to', 'chat', 'participant', 'by'].some((field) => names.has(shown[field]))) return true
    return Array.isArray(shown.participants) && shown.participants.some((one) => names.has(one))
  }
}

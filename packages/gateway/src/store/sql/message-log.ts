import { type ContactChange, presentContactUpdate } from '../../core/contact.ts'
import { KurirError } from '../../core/errors.ts'
import { statusEvent } from '../../core/event.ts'
import type { EndpointId, SessionUid, TenantId } from '../../core/ids.ts'
import { advances, type MessageRecord, type OutgoingStatus } from '../../core/message.ts'
import { presentMessage } from '../../core/message-object.ts'
import type { AdvanceResult, StatusAdvance } from '../../messages/ports.ts'
import type { EventLog } from './event-log.ts'
import type { Effects } from './group-commit.ts'
import { SESSION_LANE } from './session-events.ts'
import type { MessageTable } from './tables/message.ts'
import type { StoredMessage } from './tables/message-row.ts'
import type { SessionTable } from './tables/session.ts'

/** Carries a message from status to status and tells of it. Used inside units only. */
export class MessageLog {
  private readonly messages: MessageTable
  private readonly sessions: SessionTable
  private readonly events: EventLog

  constructor(tables: { messages: MessageTable; sessions: SessionTable }, events: EventLog) {
    this.messages = tables.messages
    this.sessions = tables.sessions
    this.events = events
  }

  /** A step back changes nothing; each step forward has its event. */
  async advance(
    effects: Effects,
    { rowNo, message, notify }: StoredMessage,
    change: StatusAdvance,
  ): Promise<AdvanceResult> {
    const attempts = message.attempts + (change.attempted ? 1 : 0)
    if (!advances(message.status, change.status)) {
      if (change.attempted) this.messages.noteAttempt(message.id)
      return { changed: false, message: { ...message, attempts } }
    }
    const { status, reason } = change
    // The server's clock has whole seconds: a history that seems to go back in time helps nobody.
    const at = Math.max(change.at, message.history.at(-1)?.at ?? 0)
    // A receipt that overtook the ack: the one who waits for `message.sent` hears of it too.
    const skipsSent = statusProves(status) && advances(message.status, 'sent')
    let after: MessageRecord = { ...message, attempts }
    for (const step of skipsSent ? (['sent', status] as const) : [status]) {
      const history = [...after.history, { status: step, at, ...(reason === undefined ? {} : { reason }) }]
      after = { ...after, status: step, history }
      const event = statusEvent(step)
      if (event) await this.announce(effects, after, event, at, notify)
    }
    this.messages.setStatus(rowNo, after)
    return { changed: true, message: after }
  }

  /** Nobody can tell of a message that was handed to the network whether it is out. */
  async expire(effects: Effects, stored: StoredMessage, at: number): Promise<MessageRecord> {
    const status = stored.message.attempts > 0 ? 'unknown' : 'expired'
    return (await this.advance(effects, stored, { status, at })).message
  }

  async announce(
    effects: Effects,
    message: MessageRecord,
    type: Parameters<EventLog['append']>[1]['type'],
    at: number,
    notify: EndpointId | null = null,
  ): Promise<void> {
    await this.events.append(effects, {
      session: message.sessionUid,
      type,
      at,
      lane: message.chat,
      message: message.id,
      render: (ownPhone) => presentMessage(message, ownPhone),
      notify: notify ? { endpoint: notify, lane: `${message.sessionUid} ${message.id}` } : undefined,
    })
  }

  /** Tells what became known of the person who wrote a message. */
  async announceContact(effects: Effects, session: SessionUid, change: ContactChange & { at: number }): Promise<void> {
    await this.events.append(effects, {
      session,
      type: 'contact.updated',
      at: change.at,
      lane: change.now.phone ?? change.now.lid ?? SESSION_LANE,
      render: () => presentContactUpdate(change),
    })
  }

  /** Throws `session_not_found`. */
  async nameOf(session: SessionUid): Promise<{ tenant: TenantId; id: string }> {
    const name = await this.sessions.nameOf(session)
    if (!name) throw new KurirError('session_not_found')
    return name
  }
}

/** Whether only a message that the server has can be in this status. */
function statusProves(status: OutgoingStatus): boolean {
  return status === 'delivered' || status === 'read' || status === 'played'
}

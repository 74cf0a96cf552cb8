import { type Alert, presentAlert } from '../../core/alert.ts'
import { type IncomingCall, presentCall } from '../../core/call.ts'
import { KurirError } from '../../core/errors.ts'
import { presentGroupUpdate } from '../../core/group.ts'
import type { SessionUid, TenantId } from '../../core/ids.ts'
import { presentSession, type SessionRecord } from '../../core/session.ts'
import type { GroupUpdate } from '../../engine/port.ts'
import type { SessionPatch, SessionStatusChange, SessionStore } from '../../sessions/ports.ts'
import type { EventLog } from './event-log.ts'
import type { GroupCommit } from './group-commit.ts'
import { announceRestriction, SESSION_LANE } from './session-events.ts'
import type { SessionTable } from './tables/session.ts'

export class SqlSessionStore implements SessionStore {
  private readonly writer: GroupCommit
  private readonly sessions: SessionTable
  private readonly log: EventLog

  constructor(writer: GroupCommit, sessions: SessionTable, log: EventLog) {
    this.writer = writer
    this.sessions = sessions
    this.log = log
  }

  createSession(session: SessionRecord): Promise<boolean> {
    return this.writer.write(() => this.sessions.insert(session))
  }

  getSession(tenant: TenantId, id: string): Promise<SessionRecord | undefined> {
    return this.writer.read(() => this.sessions.byName(tenant, id))
  }

  getSessionByUid(uid: SessionUid): Promise<SessionRecord | undefined> {
    return this.writer.read(() => this.sessions.byUid(uid))
  }

  listSessions(tenant: TenantId | null, page: { limit: number; cursor?: string }): Promise<SessionRecord[]> {
    const { limit, cursor = '' } = page
    return this.writer.read(() => {
      if (tenant !== null) return this.sessions.ofTenant(tenant, cursor, limit)
      const [id = '', uid] = cursor.split('/', 2)
      return this.sessions.all(id, cursor === '' ? '' : uid, limit)
    })
  }

  listRunnable(): Promise<SessionRecord[]> {
    return this.writer.read(() => this.sessions.runnable())
  }

  updateSession(uid: SessionUid, patch: SessionPatch): Promise<void> {
    return this.writer.write(async () => this.sessions.update(await this.existing(uid), patch))
  }

  setSessionStatus(uid: SessionUid, change: SessionStatusChange): Promise<void> {
    return this.writer.write(async (effects) => {
      const session = await this.existing(uid)
      if (session.status === change.status && session.reason === change.reason) return
      await this.sessions.setStatus(uid, change)
      const { status, reason, at } = change
      await this.log.append(effects, {
        session: uid,
        type: 'session.status',
        at,
        lane: SESSION_LANE,
        render: () => presentSession({ ...session, status, reason, since: at }, at),
      })
    })
  }

  liftRestriction(uid: SessionUid, at: number): Promise<void> {
    return this.writer.write(async (effects) => {
      const session = await this.existing(uid)
      if (!session.restriction) return
      await this.sessions.setRestriction(uid, null)
      await announceRestriction(this.log, effects, { ...session, restriction: null }, at)
    })
  }

  recordQr(uid: SessionUid, qr: { text: string; expiresAt: number; at: number }): Promise<void> {
    return this.writer.write((effects) =>
      this.log.append(effects, {
        session: uid,
        type: 'session.qr',
        at: qr.at,
        lane: SESSION_LANE,
        render: () => ({ qr: qr.text, expires_at: new Date(qr.expiresAt).toISOString() }),
      }),
    )
  }

  recordGroupUpdate(uid: SessionUid, update: GroupUpdate): Promise<void> {
    return this.writer.write((effects) =>
      this.log.append(effects, {
        session: uid,
        type: 'group.updated',
        at: update.at,
        lane: update.group,
        render: () => presentGroupUpdate(update),
      }),
    )
  }

  recordCall(uid: SessionUid, call: IncomingCall): Promise<void> {
    return this.writer.write((effects) =>
      this.log.append(effects, {
        session: uid,
        type: 'call.received',
        at: call.at,
        lane: call.group ?? call.from,
        render: () => presentCall(call),
      }),
    )
  }

  recordAlert(uid: SessionUid, alert: Alert): Promise<void> {
    return this.writer.write((effects) =>
      this.log.append(effects, {
        session: uid,
        type: alert.clearedAt === null ? 'alert.raised' : 'alert.cleared',
        at: alert.clearedAt ?? alert.since,
        lane: SESSION_LANE,
        render: () => presentAlert(alert),
      }),
    )
  }

  deleteSession(uid: SessionUid): Promise<void> {
    return this.writer.write(async () => {
      await this.sessions.delete(uid)
      // Endpoints bound to the session went with it.
      this.log.forgetEndpoints()
    })
  }

  private async existing(uid: SessionUid): Promise<SessionRecord> {
    const session = await this.sessions.byUid(uid)
    if (!session) throw new KurirError('session_not_found')
    return session
  }
}

import type { SessionUid } from '../../core/ids.ts'
import { jidKind } from '../../core/jid.ts'
import type { MessageRecord } from '../../core/message.ts'
import type { ReceivedBell } from './media-store.ts'
import type { AutomationJobTable } from './tables/automation-job.ts'
import type { AutomationRuleTable } from './tables/automation-rule.ts'
import type { AutomationSettingTable } from './tables/automation-setting.ts'
import type { SessionTable } from './tables/session.ts'

export interface AutomationTables {
  rules: AutomationRuleTable
  settings: AutomationSettingTable
  jobs: AutomationJobTable
}

/** Which of a session's messages may be answered at all. */
interface Switches {
  persons: boolean
  groups: boolean
}

/** Writes down which messages that came in automation has to look at. Used inside units only. */
export class AutomationLog {
  readonly tables: AutomationTables
  private readonly sessions: SessionTable
  private readonly bell: ReceivedBell
  /** Of sessions that had messages. This process is the only writer, so they change with it alone. */
  private readonly known = new Map<SessionUid, Switches>()

  constructor(tables: AutomationTables, sessions: SessionTable, bell: ReceivedBell) {
    this.tables = tables
    this.sessions = sessions
    this.bell = bell
  }

  /** Records a message that came in, where its session answers by itself; `at` in milliseconds. */
  async record(message: MessageRecord, offline: boolean, at: number): Promise<void> {
    if (message.fromMe || !isAnswerable(message)) return
    const { persons, groups } = await this.switchesOf(message.sessionUid)
    if (!(jidKind(message.chat) === 'group' ? groups : persons)) return
    const { id: messageId, sessionUid, chat } = message
    const ownPhone = (await this.sessions.byUid(sessionUid))?.phone ?? null
    await this.tables.jobs.insert({ sessionUid, messageId, chat, ownPhone, offline, createdAt: at })
    this.bell.mark()
  }

  /** To be called when rules or settings changed, and when a change of them was rolled back. */
  forget(session?: SessionUid): void {
    if (session === undefined) this.known.clear()
    else this.known.delete(session)
  }

  private async switchesOf(session: SessionUid): Promise<Switches> {
    const known = this.known.get(session)
    if (known) return known
    const stored = await this.tables.settings.get(session)
    const isOn = stored?.settings.replyMessages !== false
    const persons = isOn && (stored?.isDefaultOn === true || (await this.tables.rules.hasEnabled(session)))
    const switches = { persons, groups: persons && stored?.settings.replyGroupMessages === true }
    this.known.set(session, switches)
    return switches
  }
}

/** Only persons and groups are answered, and not what merely changes or comments another message. */
function isAnswerable({ chat, content }: MessageRecord): boolean {
  const kind = jidKind(chat)
  if (kind !== 'user' && kind !== 'lid' && kind !== 'group') return false
  switch (content.type) {
    case 'reaction':
    case 'edit':
    case 'revoke':
    case 'pollVote':
    case 'unsupported':
      return false
    default:
      return true
  }
}

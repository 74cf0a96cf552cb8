import type {
  AutomationJob,
  AutomationSettings,
  AutomationStore,
  Rule,
  RulePatch,
  SettingsChange,
} from '../../automation/ports.ts'
import type { RuleId, SessionUid } from '../../core/ids.ts'
import type { AutomationLog, AutomationTables } from './automation-log.ts'
import type { GroupCommit } from './group-commit.ts'
import type { ReceivedBell } from './media-store.ts'
import type { StoredJob } from './tables/automation-job.ts'
import type { MessageTable } from './tables/message.ts'

export class SqlAutomationStore implements AutomationStore {
  private readonly writer: GroupCommit
  private readonly tables: AutomationTables
  private readonly messages: MessageTable
  private readonly log: AutomationLog
  private readonly bell: ReceivedBell

  constructor(writer: GroupCommit, log: AutomationLog, messages: MessageTable, bell: ReceivedBell) {
    this.writer = writer
    this.tables = log.tables
    this.messages = messages
    this.log = log
    this.bell = bell
  }

  createRule(rule: Omit<Rule, 'order'> & { order: number | null }, limit: number): Promise<Rule | undefined> {
    return this.writer.write(async () => {
      const { count, last } = await this.tables.rules.count(rule.sessionUid)
      if (count >= limit) return undefined
      const stored = { ...rule, order: rule.order ?? last + 1 }
      await this.tables.rules.insert(stored)
      this.log.forget(rule.sessionUid)
      return stored
    })
  }

  getRule(session: SessionUid, id: RuleId): Promise<Rule | undefined> {
    return this.writer.read(() => this.tables.rules.byId(session, id))
  }

  listRules(session: SessionUid, page: { limit: number; cursor?: RuleId }): Promise<Rule[]> {
    return this.writer.read(() => this.tables.rules.list(session, page.limit, page.cursor))
  }

  updateRule(session: SessionUid, id: RuleId, patch: RulePatch): Promise<Rule | undefined> {
    return this.writer.write(async () => {
      const rule = await this.tables.rules.byId(session, id)
      this.log.forget(session)
      return rule && (await this.tables.rules.update(rule, patch))
    })
  }

  deleteRule(session: SessionUid, id: RuleId): Promise<boolean> {
    return this.writer.write(() => {
      this.log.forget(session)
      return this.tables.rules.delete(session, id)
    })
  }

  getSettings(session: SessionUid): Promise<AutomationSettings | undefined> {
    return this.writer.read(async () => (await this.tables.settings.get(session))?.settings)
  }

  changeSettings(session: SessionUid, change: SettingsChange): Promise<AutomationSettings> {
    return this.writer.write(async () => {
      const { settings, isDefaultOn } = change((await this.tables.settings.get(session))?.settings)
      this.log.forget(session)
      await this.tables.settings.save(session, settings, isDefaultOn)
      return settings
    })
  }

  dueJobs(query: Parameters<AutomationStore['dueJobs']>[0]): Promise<AutomationJob[]> {
    return this.writer.read(async () => {
      const jobs = await this.tables.jobs.due(query)
      return (await Promise.all(jobs.map((job) => this.withMessage(job)))).flat()
    })
  }

  nextJobAt(after: number): Promise<number | undefined> {
    return this.writer.read(() => this.tables.jobs.nextDueAt(after))
  }

  countReplies(...[session, chat, since]: Parameters<AutomationStore['countReplies']>): Promise<number> {
    return this.writer.read(() => this.tables.jobs.countPlanned(session, chat, since))
  }

  planReplies(...[id, replies, guard]: Parameters<AutomationStore['planReplies']>) {
    return this.writer.write(async () => (await this.tables.jobs.plan(id, replies, guard)) ?? [])
  }

  refuseReply(...[id, index, why]: Parameters<AutomationStore['refuseReply']>): Promise<void> {
    return this.writer.write(() => this.tables.jobs.refuse(id, index, why))
  }

  settleJob(...[id, outcome]: Parameters<AutomationStore['settleJob']>): Promise<void> {
    return this.writer.write(() => this.tables.jobs.settle(id, outcome))
  }

  pruneJobs(before: number, limit: number): Promise<number> {
    return this.writer.write(() => this.tables.jobs.prune(before, limit))
  }

  onJobs(listener: () => void): () => void {
    return this.bell.add(listener)
  }

  private async withMessage(job: StoredJob): Promise<AutomationJob[]> {
    const message = (await this.messages.byId(job.messageId))?.message
    if (!message) return []
    const { id, offline, ownPhone, createdAt, attempts, replies, plannedAt } = job
    return [{ id, message, offline, ownPhone, createdAt, attempts, replies, plannedAt }]
  }
}

import type { JobId, RuleId, SessionUid, TenantId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { MediaId, MediaKind, MediaRef } from '../core/media.ts'
import type { MediaContent, MessageRecord, OutgoingContent } from '../core/message.ts'

export const MATCHES = ['exact', 'prefix', 'contains', 'regex', 'any'] as const
/** How a keyword is looked for in a message; `any` takes every message. */
export type RuleMatch = (typeof MATCHES)[number]

/** What is done with a message that has the keyword. Rules of a session are tried in their order, the first wins. */
export interface Rule {
  id: RuleId
  sessionUid: SessionUid
  /** As it was written; one that ends in `#` takes arguments. Empty with `any`. */
  keyword: string
  match: RuleMatch
  action: RuleAction
  enabled: boolean
  /** Rules are tried by rising order, those of one order as they were made. */
  order: number
  /** Milliseconds since the epoch. */
  createdAt: number
}

export type RuleAction =
  | { type: 'reply'; messages: Reply[] }
  /** Asks the URL what to reply. `webhookkey` comes with the question, so that the URL knows who asks. */
  | { type: 'webhook'; url: string; webhookkey: string | null }

/** One message of an answer, before its file was fetched. */
export type Reply =
  | { kind: 'content'; content: OutgoingContent }
  | ({
      kind: 'file'
      type: MediaKind
      source: { url: string } | { id: MediaId }
      /** Default: the most that the media room takes. */
      maxBytes?: number
    } & Omit<MediaContent, 'type' | 'media' | 'seconds'>)
  /** A part of a webhook's answer that cannot be sent; `why` is a stable word. */
  | { kind: 'refused'; why: string }

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** How a session answers by itself. */
export interface AutomationSettings {
  /** Template of what is answered where no rule matched. */
  defaultMessage: string
  sendDefaultMessage: boolean
  /** Off: nothing at all is answered. */
  replyMessages: boolean
  replyGroupMessages: boolean
  /** Whether messages that waited while the session was away are answered. */
  replyUnreadMessages: boolean
  activeDays: Record<Weekday, boolean>
  /** `H:MM` or `HH:MM`, or `always`; a `from` later than `to` spans midnight. */
  activeHours: { from: string; to: string }
  /** `+1`, `+05:30` or a name as in `Asia/Jakarta`. */
  timeZone: string
}

/** What the automation room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface AutomationStore {
  /** Where `order` is null the rule becomes the last one. Undefined where the session has `limit` rules already. */
  createRule(rule: Omit<Rule, 'order'> & { order: number | null }, limit: number): Promise<Rule | undefined>
  getRule(session: SessionUid, id: RuleId): Promise<Rule | undefined>
  /** In the order in which they are tried; `cursor` is the id of the last rule of the page before. */
  listRules(session: SessionUid, page: { limit: number; cursor?: RuleId }): Promise<Rule[]>
  /** Undefined where there is none. */
  updateRule(session: SessionUid, id: RuleId, patch: RulePatch): Promise<Rule | undefined>
  /** False where there was none. */
  deleteRule(session: SessionUid, id: RuleId): Promise<boolean>
  /** Undefined where the session never had any. */
  getSettings(session: SessionUid): Promise<AutomationSettings | undefined>
  /** Stores what `change` makes of the settings as they are then, and answers it; nobody else writes in between. */
  changeSettings(session: SessionUid, change: SettingsChange): Promise<AutomationSettings>
  /**
   * Messages to answer that are due, oldest first, of each chat the oldest unanswered one at most; none of `busy`,
   * none of the sessions `blocked`. The rows are written in the transaction that stores the message.
   */
  dueJobs(query: DueQuery): Promise<AutomationJob[]>
  /** The earliest time after `after` at which one will be due, undefined where nothing waits. */
  nextJobAt(after: number): Promise<number | undefined>
  /** How many replies were planned for the chat after `since`. */
  countReplies(session: SessionUid, chat: Jid, since: number): Promise<number>
  /**
   * Stores what will be replied and answers it; a plan that is there already stays. No more replies are stored than
   * `limit` less those planned for the chat after `since`.
   */
  planReplies(id: JobId, replies: Reply[], guard: { at: number; since: number; limit: number }): Promise<Reply[]>
  /** Remembers that one reply was not sent and is not to be tried again. */
  refuseReply(id: JobId, index: number, why: string): Promise<void>
  /** Ends the job, or puts it off; an ended job makes the next one of its chat due at once. */
  settleJob(id: JobId, outcome: JobOutcome): Promise<void>
  /** Deletes up to `limit` jobs that ended before `before` and answers how many. */
  pruneJobs(before: number, limit: number): Promise<number>
  /** Calls back after a commit that wrote jobs; a hint that may come for nothing. */
  onJobs(listener: () => void): () => void
}

/** `isDefaultOn`: messages are answered even where no rule matches. Undefined before the first change. */
export type SettingsChange = (before: AutomationSettings | undefined) => {
  settings: AutomationSettings
  isDefaultOn: boolean
}

export type RulePatch = Partial<Pick<Rule, 'keyword' | 'match' | 'action' | 'enabled' | 'order'>>

export interface DueQuery {
  now: number
  limit: number
  busy: ReadonlySet<JobId>
  blocked: ReadonlySet<SessionUid>
}

/** A message that came in and that may have to be answered. */
export interface AutomationJob {
  id: JobId
  message: MessageRecord
  /** It waited on the server while the session was away. */
  offline: boolean
  /** The session's number when the message came, in digits. */
  ownPhone: string | null
  /** Milliseconds since the epoch. */
  createdAt: number
  /** Attempts that were put off. */
  attempts: number
  /** Null until it is decided what is replied. */
  replies: Reply[] | null
  /** When that was decided. */
  plannedAt: number | null
}

export type JobOutcome =
  | { kind: 'ended'; at: number; reason: string | null }
  | { kind: 'retry'; dueAt: number; reason: string }

/** What the automation room needs to know of sessions. */
export interface SessionFinder {
  getSession(tenant: TenantId, id: string): Promise<{ uid: SessionUid } | undefined>
  getSessionByUid(uid: SessionUid): Promise<{ phone: string | null; lid: Jid | null } | undefined>
}

/** How replies are sent: accepted means on disk; the key makes a repetition answer with the first one. */
export interface ReplySender {
  send(
    tenant: TenantId,
    session: string,
    message: { to: Jid; content: OutgoingContent },
    options: { waitMs: number; idempotency: { key: string; requestHash: string } },
  ): Promise<unknown>
}

/** Where the files of replies come from. */
export interface ReplyFiles {
  fromUrl(tenant: TenantId, url: string, claim: { fileName?: string; maxBytes?: number }): Promise<MediaRef>
  forMessage(tenant: TenantId, id: MediaId, kind: MediaKind): Promise<MediaRef>
}

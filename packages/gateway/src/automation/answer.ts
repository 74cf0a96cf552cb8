import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import type { OutgoingContent } from '../core/message.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { decide } from './decide.ts'
import { callHook } from './hook.ts'
import { hookBody } from './hook-body.ts'
import { isOwn } from './incoming.ts'
import type { PatternCache } from './pattern.ts'
import type {
  AutomationJob,
  AutomationStore,
  JobOutcome,
  Reply,
  ReplyFiles,
  ReplySender,
  SessionFinder,
} from './ports.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

export interface AnswerNeeds {
  store: Pick<AutomationStore, 'listRules' | 'getSettings' | 'countReplies' | 'planReplies' | 'refuseReply'>
  sessions: Pick<SessionFinder, 'getSessionByUid'>
  messages: ReplySender
  files: ReplyFiles
  http: Pick<SafeFetch, 'fetch'>
  patterns: PatternCache
  clock: Clock
  logger: Logger
  random: () => number
  userAgent: string
  /** Automatic replies per minute and chat. */
  repliesPerMinute: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** What was not decided within this time is not answered any more. */
const DECIDED_WITHIN_MS = 24 * HOUR_MS
/** Less than the 72 hours for which a reply's key is known: later a repetition would be sent twice. */
const SENT_WITHIN_MS = 71 * HOUR_MS
/** Waits before a webhook is asked again. */
const HOOK_RETRIES_MS = [5_000, 30_000]
const EVERY_RULE = 1_000

/**
 * Answers one message: decides what to reply, stores that, then hands the replies over in order, each under a key of
 * its own. May be cut at any point and done again: what was stored is not decided anew, what was accepted is not
 * accepted twice. Undefined where `signal` cut it; rejects with `unavailable` when it is to be tried again later.
 */
export async function answerMessage(
  job: AutomationJob,
  needs: AnswerNeeds,
  signal: AbortSignal,
): Promise<JobOutcome | undefined> {
  const { clock, messages } = needs
  const plan = job.replies ?? (await planAnswer(job, needs, signal))
  if (!Array.isArray(plan)) return plan
  const isLate = clock.now() - (job.plannedAt ?? clock.now()) > SENT_WITHIN_MS
  if (isLate) return ended(needs, 'too_late')
  const { tenant, session, chat } = job.message
  for (const [index, reply] of plan.entries()) {
    if (signal.aborted) return undefined
    try {
      const content = await unlessCut(contentOf(job, reply, needs), signal)
      if (content === CUT) return undefined
      if (content === null) continue
      const idempotency = { key: `automation:${job.id}:${index}`, requestHash: hashOf(reply) }
      await messages.send(tenant, session, { to: chat, content }, { waitMs: 0, idempotency })
    } catch (error) {
      const code = error instanceof KurirError ? error.code : undefined
      if (signal.aborted) return undefined
      if (code === undefined || code === 'unavailable') throw error
      if (code === 'session_not_ready' || code === 'session_not_found') return ended(needs, code)
      needs.logger.warn({ job: job.id, reply: index, reason: code }, 'an automatic reply cannot be sent')
      await needs.store.refuseReply(job.id, index, code)
    }
  }
  return ended(needs, plan.length === 0 ? 'no_reply' : null)
}

function ended({ clock }: AnswerNeeds, reason: string | null): JobOutcome {
  return { kind: 'ended', at: clock.now(), reason }
}

/** The replies as they are stored now, or the outcome where there are none. */
async function planAnswer(
  job: AutomationJob,
  needs: AnswerNeeds,
  signal: AbortSignal,
): Promise<Reply[] | JobOutcome | undefined> {
  const { store, clock, repliesPerMinute: limit, logger } = needs
  const { message } = job
  const reason = await whyUnanswered(job, needs)
  if (reason) return ended(needs, reason)
  const guarded = async () =>
    (await store.countReplies(message.sessionUid, message.chat, clock.now() - MINUTE_MS)) >= limit
  const replies = await chooseReplies(job, needs, guarded, signal)
  if (!Array.isArray(replies)) return replies
  const at = clock.now()
  const planned = await store.planReplies(job.id, replies, { at, since: at - MINUTE_MS, limit })
  if (planned.length >= replies.length) return planned
  logger.warn({ job: job.id, session: message.session }, 'automatic replies were held back: too many in a minute')
  return planned.length === 0 ? ended(needs, 'loop_guard') : planned
}

async function whyUnanswered(job: AutomationJob, { sessions, clock }: AnswerNeeds): Promise<string | undefined> {
  const { message } = job
  const session = await sessions.getSessionByUid(message.sessionUid)
  if (!session) return 'session_not_found'
  if (isOwn(message, session)) return 'own_message'
  // Nobody may be answered in the name of an account that he did not write to.
  if (job.ownPhone !== null && job.ownPhone !== session.phone) return 'account_changed'
  return clock.now() - job.createdAt > DECIDED_WITHIN_MS ? 'too_late' : undefined
}

async function chooseReplies(
  job: AutomationJob,
  needs: AnswerNeeds,
  guarded: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<Reply[] | JobOutcome | undefined> {
  const { store, patterns, random } = needs
  const { message, offline, createdAt: at } = job
  const settings = (await store.getSettings(message.sessionUid)) ?? DEFAULT_SETTINGS
  const rules = (await store.listRules(message.sessionUid, { limit: EVERY_RULE })).filter(({ enabled }) => enabled)
  const decision = decide({ message, offline, at }, { settings, rules, patterns, random })
  if (decision.kind === 'nothing') return ended(needs, decision.reason)
  if (decision.kind === 'replies') return decision.replies
  if (await guarded()) return ended(needs, 'loop_guard')
  const { url, rule, match, webhookkey } = decision
  const body = hookBody(message, rule, match, webhookkey)
  const outcome = await callHook(needs.http, { url, body, key: job.id, userAgent: needs.userAgent, signal })
  if (signal.aborted) return undefined
  if (outcome.kind === 'replies') return outcome.replies
  const wait = outcome.retry ? HOOK_RETRIES_MS[job.attempts] : undefined
  needs.logger.warn({ job: job.id, rule: rule.id, reason: outcome.reason, again: wait }, 'a rule’s webhook failed')
  if (wait === undefined) return ended(needs, outcome.reason)
  return { kind: 'retry', dueAt: needs.clock.now() + wait, reason: outcome.reason }
}

/** What is sent, its file fetched; null for what cannot be sent. */
async function contentOf(
  { message, id }: AutomationJob,
  reply: Reply,
  { files, logger }: AnswerNeeds,
): Promise<OutgoingContent | null> {
  if (reply.kind === 'content') return reply.content
  if (reply.kind === 'refused') {
    logger.info({ job: id, reason: reply.why }, 'an automatic reply is left out')
    return null
  }
  const { kind: _kind, type, source, maxBytes, ...shown } = reply
  const { tenant } = message
  const { fileName } = shown
  const claim = { ...(fileName === undefined ? {} : { fileName }), ...(maxBytes === undefined ? {} : { maxBytes }) }
  const mediaId = 'url' in source ? (await files.fromUrl(tenant, source.url, claim)).id : source.id
  return { type, media: await files.forMessage(tenant, mediaId, type), ...shown }
}

const CUT = Symbol('cut')

/** What the work brings, or `CUT` as soon as the signal fires; then nobody waits for the work any more. */
function unlessCut<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | typeof CUT> {
  return new Promise((resolve, reject) => {
    const cut = () => resolve(CUT)
    signal.addEventListener('abort', cut, { once: true })
    const done = () => signal.removeEventListener('abort', cut)
    work.then(resolve, reject).then(done, done)
  })
}

/** Of the reply as it was planned, so that a second try asks for the same. */
function hashOf(reply: Reply): string {
  return createHash('sha256').update(JSON.stringify(reply)).digest('hex')
}

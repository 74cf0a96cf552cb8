import type { Clock } from '../core/clock.ts'
import { type FieldError, KurirError } from '../core/errors.ts'
import { newId, type RuleId, type SessionUid, type TenantId } from '../core/ids.ts'
import { SafeFetchError } from '../safe-fetch/errors.ts'
import type { UrlGuard } from '../safe-fetch/guard.ts'
import { decide } from './decide.ts'
import { keywordHead } from './keyword.ts'
import { compilePattern, PatternCache, PatternError } from './pattern.ts'
import type { AutomationSettings, AutomationStore, Rule, RuleAction, SessionFinder } from './ports.ts'
import { rehearsedMessage } from './rehearsal.ts'
import { checkSettings, DEFAULT_SETTINGS, isDefaultOn, patchSettings } from './settings.ts'
import type { AutomationVerbs, CreateRule, Rehearsal, RehearsedText, SettingsPatch } from './verbs.ts'

export interface AutomationOptions {
  store: AutomationStore
  sessions: Pick<SessionFinder, 'getSession'>
  guard: Pick<UrlGuard, 'checkUrl'>
  clock: Clock
}

/** Rules of a session: every message is held against them, so there is an end to their number. */
const MOST_RULES = 500

/** The keyword rules and settings by which sessions answer by themselves. */
export class Automation implements AutomationVerbs {
  readonly #store: AutomationStore
  readonly #sessions: AutomationOptions['sessions']
  readonly #guard: AutomationOptions['guard']
  readonly #clock: Clock

  constructor({ store, sessions, guard, clock }: AutomationOptions) {
    this.#store = store
    this.#sessions = sessions
    this.#guard = guard
    this.#clock = clock
  }

  async createRule(tenant: TenantId, session: string, input: CreateRule): Promise<Rule> {
    const sessionUid = await this.#session(tenant, session)
    const { keyword, match = 'exact', action, enabled = true, order = null } = input
    this.#check({ keyword, match, action })
    const rule = { id: newId('rul'), sessionUid, keyword, match, action, enabled, order, createdAt: this.#clock.now() }
    const stored = await this.#store.createRule(rule, MOST_RULES)
    if (!stored) throw new KurirError('invalid_request', `A session has at most ${MOST_RULES} rules`)
    return stored
  }

  async getRule(tenant: TenantId, session: string, id: RuleId): Promise<Rule> {
    return found(await this.#store.getRule(await this.#session(tenant, session), id))
  }

  async listRules(tenant: TenantId, session: string, page: { limit: number; cursor?: RuleId }): Promise<Rule[]> {
    return this.#store.listRules(await this.#session(tenant, session), page)
  }

  async updateRule(tenant: TenantId, session: string, id: RuleId, patch: Partial<CreateRule>): Promise<Rule> {
    const sessionUid = await this.#session(tenant, session)
    const before = found(await this.#store.getRule(sessionUid, id))
    this.#check({ ...before, ...patch })
    return found(await this.#store.updateRule(sessionUid, id, patch))
  }

  async removeRule(tenant: TenantId, session: string, id: RuleId): Promise<void> {
    const sessionUid = await this.#session(tenant, session)
    if (!(await this.#store.deleteRule(sessionUid, id))) throw new KurirError('rule_not_found')
  }

  async rehearse(tenant: TenantId, session: string, input: RehearsedText): Promise<Rehearsal> {
    const uid = await this.#session(tenant, session)
    const settings = (await this.#store.getSettings(uid)) ?? DEFAULT_SETTINGS
    const rules = (await this.#store.listRules(uid, { limit: MOST_RULES })).filter(({ enabled }) => enabled)
    const at = this.#clock.now()
    const message = rehearsedMessage({ tenant, sessionUid: uid, session, at }, input)
    const ways = { settings, rules, patterns: new PatternCache(), random: Math.random }
    const decision = decide({ message, offline: false, at }, ways)
    if (decision.kind === 'nothing') return decision
    if (decision.kind === 'webhook') return { kind: 'webhook', rule: decision.rule.id, url: decision.url }
    return { kind: 'replies', rule: decision.rule?.id ?? null, replies: decision.replies }
  }

  async settings(tenant: TenantId, session: string): Promise<AutomationSettings> {
    return (await this.#store.getSettings(await this.#session(tenant, session))) ?? DEFAULT_SETTINGS
  }

  async updateSettings(tenant: TenantId, session: string, patch: SettingsPatch): Promise<AutomationSettings> {
    checkSettings(patch)
    const sessionUid = await this.#session(tenant, session)
    return this.#store.changeSettings(sessionUid, (before = DEFAULT_SETTINGS) => {
      const settings = patchSettings(before, patch)
      return { settings, isDefaultOn: isDefaultOn(settings) }
    })
  }

  checkSettings(patch: SettingsPatch): void {
    checkSettings(patch)
  }

  async #session(tenant: TenantId, id: string): Promise<SessionUid> {
    const session = await this.#sessions.getSession(tenant, id)
    if (!session) throw new KurirError('session_not_found')
    return session.uid
  }

  #check(rule: Pick<Rule, 'keyword' | 'match' | 'action'>): void {
    const fault = keywordFault(rule)
    if (fault) throw new KurirError('invalid_request', `${fault.field} ${fault.message}`, { fields: [fault] })
    for (const { field, url } of urlsOf(rule.action)) this.#checkUrl(url, field)
  }

  #checkUrl(url: string, field: string): void {
    try {
      this.#guard.checkUrl(url)
    } catch (error) {
      if (!(error instanceof SafeFetchError)) throw error
      throw new KurirError('url_not_allowed', error.message, { fields: [{ field, message: error.message }] })
    }
  }
}

function found(rule: Rule | undefined): Rule {
  if (!rule) throw new KurirError('rule_not_found')
  return rule
}

function keywordFault(rule: Pick<Rule, 'keyword' | 'match'>): FieldError | undefined {
  const field = '/keyword'
  if (rule.match === 'any') return rule.keyword === '' ? undefined : { field, message: 'must be empty with match any' }
  const head = keywordHead(rule)
  if (head === '') return { field, message: 'is missing' }
  if (rule.match !== 'regex') {
    return head.includes('#') ? { field, message: 'may have a # at its end only' } : undefined
  }
  try {
    compilePattern(head)
    return undefined
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    return { field, message: error.message }
  }
}

function urlsOf(action: RuleAction): { field: string; url: string }[] {
  if (action.type === 'webhook') return [{ field: '/action/url', url: action.url }]
  return action.messages.flatMap((reply, index) =>
    reply.kind === 'file' && 'url' in reply.source
      ? [{ field: `/action/messages/${index}/media/url`, url: reply.source.url }]
      : [],
  )
}

import type { RuleId, TenantId } from '../core/ids.ts'
import type { AutomationSettings, Reply, Rule, RuleAction, RuleMatch, Weekday } from './ports.ts'

/** What the outside may do with automation. Every verb rejects with `session_not_found`. */
export interface AutomationVerbs {
  /** Rejects with `invalid_request` (an expression that cannot be read, too many rules), `url_not_allowed`. */
  createRule(tenant: TenantId, session: string, input: CreateRule): Promise<Rule>
  /** Rejects with `rule_not_found`. */
  getRule(tenant: TenantId, session: string, id: RuleId): Promise<Rule>
  /** In the order in which they are tried. */
  listRules(tenant: TenantId, session: string, page: { limit: number; cursor?: RuleId }): Promise<Rule[]>
  /** Rejects with `rule_not_found` and as `createRule`. */
  updateRule(tenant: TenantId, session: string, id: RuleId, patch: Partial<CreateRule>): Promise<Rule>
  /** Rejects with `rule_not_found`. */
  removeRule(tenant: TenantId, session: string, id: RuleId): Promise<void>
  /** What would be done now with a text that somebody sends; nothing is sent and no URL is asked. */
  rehearse(tenant: TenantId, session: string, text: RehearsedText): Promise<Rehearsal>
  settings(tenant: TenantId, session: string): Promise<AutomationSettings>
  /** What the patch does not name stays. Rejects with `invalid_request`. */
  updateSettings(tenant: TenantId, session: string, patch: SettingsPatch): Promise<AutomationSettings>
  /** Throws `invalid_request` where `updateSettings` would reject with it. */
  checkSettings(patch: SettingsPatch): void
}

/** A text as if somebody had sent it. */
export interface RehearsedText {
  text: string
  /** How the sender calls himself. */
  name: string
  inGroup: boolean
}

/** `rule` is null for the default message; `reason` is a stable word. */
export type Rehearsal =
  | { kind: 'nothing'; reason: string }
  | { kind: 'replies'; rule: RuleId | null; replies: Reply[] }
  | { kind: 'webhook'; rule: RuleId; url: string }

export interface CreateRule {
  /** Empty with `any` only. */
  keyword: string
  /** Default `exact`. */
  match?: RuleMatch
  action: RuleAction
  /** Default true. */
  enabled?: boolean
  /** Default: after all others. */
  order?: number
}

export type SettingsPatch = Partial<Omit<AutomationSettings, 'activeDays' | 'activeHours'>> & {
  activeDays?: Partial<Record<Weekday, boolean>>
  activeHours?: Partial<AutomationSettings['activeHours']>
}

import type { RuleId, TenantId } from '../core/ids.ts'
import type { AutomationSettings, Rule, RuleAction, RuleMatch, Weekday } from './ports.ts'

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
  settings(tenant: TenantId, session: string): Promise<AutomationSettings>
  /** What the patch does not name stays. Rejects with `invalid_request`. */
  updateSettings(tenant: TenantId, session: string, patch: SettingsPatch): Promise<AutomationSettings>
  /** Throws `invalid_request` where `updateSettings` would reject with it. */
  checkSettings(patch: SettingsPatch): void
}

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

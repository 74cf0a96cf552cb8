import type { Rule, RuleAction, RuleMatch, RulePatch } from '../../../automation/ports.ts'
import type { RuleId, SessionUid } from '../../../core/ids.ts'
import type { Driver, SqlValue } from '../driver.ts'

const INSERT = `
  INSERT INTO automation_rule (id, session_uid, keyword, match, action, enabled, position, created_at)
  VALUES (@id, @session_uid, @keyword, @match, @action, @enabled, @position, @created_at)`
const COUNT = `
  SELECT count(*) AS count, coalesce(max(position), 0) AS last FROM automation_rule WHERE session_uid = ?`
const ANY = 'SELECT 1 FROM automation_rule WHERE session_uid = ? AND enabled = 1 LIMIT 1'
const BY_ID = 'SELECT * FROM automation_rule WHERE session_uid = ? AND id = ?'
const FIRST = 'SELECT * FROM automation_rule WHERE session_uid = ? ORDER BY position, row_no LIMIT ?'
const AFTER = `
  SELECT * FROM automation_rule
  WHERE session_uid = ? AND (position, row_no) > (SELECT position, row_no FROM automation_rule WHERE id = ?)
  ORDER BY position, row_no LIMIT ?`
const UPDATE = `
  UPDATE automation_rule SET keyword = @keyword, match = @match, action = @action, enabled = @enabled, position = @position
  WHERE id = @id`
const DELETE = 'DELETE FROM automation_rule WHERE session_uid = ? AND id = ?'

interface Row {
  id: RuleId
  session_uid: SessionUid
  keyword: string
  match: RuleMatch
  action: string
  enabled: number
  position: number
  created_at: number
}

export class AutomationRuleTable {
  private readonly insertRow
  private readonly countRow
  private readonly anyRow
  private readonly byIdRow
  private readonly firstRows
  private readonly afterRows
  private readonly updateRow
  private readonly deleteRow

  constructor(driver: Driver) {
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.countRow = driver.prepare<[string], { count: number; last: number }>(COUNT)
    this.anyRow = driver.prepare<[string]>(ANY)
    this.byIdRow = driver.prepare<[string, string], Row>(BY_ID)
    this.firstRows = driver.prepare<[string, number], Row>(FIRST)
    this.afterRows = driver.prepare<[string, string, number], Row>(AFTER)
    this.updateRow = driver.prepare<[Record<string, SqlValue>]>(UPDATE)
    this.deleteRow = driver.prepare<[string, string]>(DELETE)
  }

  async insert(rule: Rule): Promise<void> {
    await this.insertRow.run({
      id: rule.id,
      session_uid: rule.sessionUid,
      created_at: rule.createdAt,
      ...mutableColumns(rule),
    })
  }

  /** How many rules the session has, and the order of the last one (0 where there is none). */
  async count(session: SessionUid): Promise<{ count: number; last: number }> {
    return (await this.countRow.get(session)) ?? { count: 0, last: 0 }
  }

  /** Whether the session has a rule that is enabled. */
  async hasEnabled(session: SessionUid): Promise<boolean> {
    return (await this.anyRow.get(session)) !== undefined
  }

  async byId(session: SessionUid, id: RuleId): Promise<Rule | undefined> {
    const row = await this.byIdRow.get(session, id)
    return row && fromRow(row)
  }

  /** In the order in which they are tried; after the rule `cursor`. */
  async list(session: SessionUid, limit: number, cursor?: RuleId): Promise<Rule[]> {
    const rows =
      cursor === undefined ? await this.firstRows.all(session, limit) : await this.afterRows.all(session, cursor, limit)
    return rows.map(fromRow)
  }

  async update(rule: Rule, patch: RulePatch): Promise<Rule> {
    const after = { ...rule, ...patch }
    await this.updateRow.run({ id: rule.id, ...mutableColumns(after) })
    return after
  }

  async delete(session: SessionUid, id: RuleId): Promise<boolean> {
    return (await this.deleteRow.run(session, id)) > 0
  }
}

function mutableColumns(rule: Rule): Record<string, SqlValue> {
  return {
    keyword: rule.keyword,
    match: rule.match,
    action: JSON.stringify(rule.action),
    enabled: rule.enabled ? 1 : 0,
    position: rule.order,
  }
}

function fromRow(row: Row): Rule {
  return {
    id: row.id,
    sessionUid: row.session_uid,
    keyword: row.keyword,
    match: row.match,
    action: JSON.parse(row.action) as RuleAction,
    enabled: row.enabled === 1,
    order: row.position,
    createdAt: row.created_at,
  }
}

import type { PatternCache } from './pattern.ts'
import type { Rule } from './ports.ts'

/** That a rule matched, with what stands behind the keyword's `#`; null for a keyword without arguments. */
export interface KeywordMatch {
  args: string[] | null
}

/** Whether the keyword takes arguments: `offer#` matches `offer#Ani#2`. */
function takesArguments({ keyword, match }: Pick<Rule, 'keyword' | 'match'>): boolean {
  return match !== 'any' && keyword.trimEnd().endsWith('#')
}

/** The keyword without the `#` that says that it takes arguments. */
export function keywordHead(rule: Pick<Rule, 'keyword' | 'match'>): string {
  const keyword = rule.keyword.trim()
  return takesArguments(rule) ? keyword.slice(0, -1).trimEnd() : keyword
}

/** Whether a text has the rule's keyword. Case and surrounding white space do not count. */
export function matchKeyword(
  rule: Pick<Rule, 'keyword' | 'match'>,
  text: string,
  patterns: PatternCache,
): KeywordMatch | undefined {
  if (!takesArguments(rule)) return isIn(rule, text, patterns) ? { args: null } : undefined
  const [head = '', ...args] = text.split('#')
  if (args.length === 0 || !isIn(rule, head, patterns)) return undefined
  return { args: args.map((arg) => arg.trim()) }
}

function isIn(rule: Pick<Rule, 'keyword' | 'match'>, text: string, patterns: PatternCache): boolean {
  const head = keywordHead(rule)
  switch (rule.match) {
    case 'any':
      return true
    case 'regex':
      return patterns.get(head).finds(text.trim())
    case 'exact':
      return plain(text) === plain(head)
    case 'prefix':
      return plain(text).startsWith(plain(head))
    case 'contains':
      return plain(text).includes(plain(head))
    default:
      return rule.match satisfies never
  }
}

function plain(text: string): string {
  return text.normalize('NFC').trim().toLowerCase()
}

import { useQuery } from '@tanstack/react-query'
import type { AuditFilter } from '../../api/reads.ts'
import { useText } from '../../i18n/text.tsx'
import { useReads } from '../../me.tsx'

/** What each action was done to, by the first word of its name. */
const KINDS = ['key', 'tenant', 'session', 'webhook', 'rule', 'contact'] as const
const DAY_MS = 86_400_000
/** How far back the list goes. */
const DAYS = { day: 1, week: 7, month: 30 } as const
const SPANS = ['day', 'week', 'month'] as const

/** Narrows the audit log: by what was done to, by session, by age. Nothing is narrowed at first. */
export function AuditFilters({ onChange }: { onChange: (change: Partial<AuditFilter>) => void }) {
  const { audit: text, webhooks } = useText()
  const sessions = useQuery(useReads().sessions())
  return (
    <>
      <Choice
        label={text.kind}
        all={text.all}
        options={KINDS.map((kind) => [kind, text.kinds[kind]])}
        onChange={(kind) => onChange({ action: kind && `${kind}.*` })}
      />
      <Choice
        label={webhooks.session}
        all={text.allSessions}
        options={(sessions.data?.data ?? []).map(({ id, name }) => [id, name ?? id])}
        onChange={(session) => onChange({ session })}
      />
      <Choice
        label={text.when}
        all={text.anyTime}
        options={SPANS.map((span) => [span, text.spans[span]])}
        onChange={(span) => onChange({ since: span && new Date(Date.now() - DAYS[span] * DAY_MS).toISOString() })}
      />
    </>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  /** What no choice is called. */
  all: string
  options: readonly (readonly [Value, string])[]
  /** Told '' where all are wanted. */
  onChange: (value: Value | '') => void
}

function Choice<Value extends string>({ label, all, options, onChange }: ChoiceProps<Value>) {
  return (
    <select
      className="input input-s"
      aria-label={label}
      onChange={(event) => onChange(event.target.value as Value | '')}
    >
      <option value="">{all}</option>
      {options.map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  )
}

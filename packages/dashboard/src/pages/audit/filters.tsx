import { useQuery } from '@tanstack/react-query'
import type { AuditFilter } from '../../api/reads.ts'
import { useText } from '../../i18n/text.tsx'
import { useReads } from '../../me.tsx'
import { Choice } from '../../ui/choice.tsx'

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
        options={[['', text.all], ...KINDS.map((kind) => [kind, text.kinds[kind]] as const)]}
        onChange={(kind) => onChange({ action: kind && `${kind}.*` })}
      />
      <Choice
        label={webhooks.session}
        options={[
          ['', text.allSessions],
          ...(sessions.data?.data ?? []).map(({ id, name }) => [id, name ?? id] as const),
        ]}
        onChange={(session) => onChange({ session })}
      />
      <Choice
        label={text.when}
        options={[['', text.anyTime], ...SPANS.map((span) => [span, text.spans[span]] as const)]}
        onChange={(span) => onChange({ since: span && new Date(Date.now() - DAYS[span] * DAY_MS).toISOString() })}
      />
    </>
  )
}

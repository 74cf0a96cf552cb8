import { useQuery } from '@tanstack/react-query'
import type { Usage } from '../../api/types.ts'
import { useLanguage, useText } from '../../i18n/text.tsx'
import { useReads } from '../../me.tsx'
import { Loaded } from '../../ui/states.tsx'

const MB = 1024 * 1024

/** What the tenant uses of what it may. */
export function UsagePane() {
  const query = useQuery(useReads().usage())
  return <Loaded query={query}>{(usage) => <UsageFigures usage={usage} />}</Loaded>
}

/** Counters with their limits, sessions and files. */
export function UsageFigures({ usage: { quotas, sessions, media_bytes: bytes } }: { usage: Usage }) {
  const text = useText()
  const language = useLanguage()
  const number = (value: number) => value.toLocaleString(language, { maximumFractionDigits: 1 })
  return (
    <div className="figures figures-wide">
      {quotas.map(({ kind, period, used, limit }) => (
        <div className="panel pad figure" key={`${kind} ${period}`}>
          <span className="muted">
            {text.keys.used[kind]} {text.keys.periods[period]}
          </span>
          <strong>{number(used)}</strong>
          {limit !== null && (
            <progress className="quota" max={limit} value={Math.min(used, limit)} aria-label={text.keys.used[kind]} />
          )}
          <span className="muted small">{limit === null ? text.keys.noLimit : text.keys.ofLimit(number(limit))}</span>
        </div>
      ))}
      <div className="panel pad figure">
        <span className="muted">{text.nav.sessions}</span>
        <strong>{number(sessions)}</strong>
      </div>
      <div className="panel pad figure">
        <span className="muted">{text.keys.files}</span>
        <strong>{number(bytes / MB)} MB</strong>
      </div>
    </div>
  )
}

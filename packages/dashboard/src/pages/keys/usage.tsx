import { useRead } from '../../api/queries.ts'
import type { Usage } from '../../api/types.ts'
import { useLanguage, useText } from '../../i18n/text.tsx'
import { Loaded } from '../../ui/states.tsx'

const MB = 1024 * 1024

/** What the tenant uses of what it may. */
export function UsagePane() {
  const text = useText()
  const language = useLanguage()
  const query = useRead<Usage>('/v1/usage', { every: 15_000 })
  const number = (value: number) => value.toLocaleString(language, { maximumFractionDigits: 1 })
  return (
    <Loaded query={query}>
      {({ quotas, sessions, media_bytes: bytes }) => (
        <div className="figures">
          <div className="panel pad figure">
            <strong>{number(sessions)}</strong>
            <span className="muted">{text.nav.sessions}</span>
          </div>
          <div className="panel pad figure">
            <strong>{number(bytes / MB)} MB</strong>
            <span className="muted">{text.keys.files}</span>
          </div>
          {quotas.map(({ kind, period, used, limit }) => (
            <div className="panel pad figure" key={`${kind} ${period}`}>
              <strong>{number(used)}</strong>
              <span className="muted">
                {text.keys.used[kind]} · {text.keys.periods[period]}
                {' · '}
                {limit === null ? text.keys.noLimit : text.keys.ofLimit(number(limit))}
              </span>
            </div>
          ))}
        </div>
      )}
    </Loaded>
  )
}

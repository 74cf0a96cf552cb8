import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { path } from './api/kurir.ts'
import type { Alert } from './api/types.ts'
import { useText } from './i18n/text.tsx'
import { useReads } from './me.tsx'
import { Icon } from './ui/icon.tsx'
import { Reason } from './ui/reason.tsx'
import { Ago } from './ui/time.tsx'

/** What is wrong now. */
function useAlerts() {
  return useQuery(useReads().alerts())
}

/** Shows a page once it is known whether alerts stand above it, so that it does not jump down. */
export function BelowAlerts({ children }: { children: ReactNode }) {
  const { isPending } = useAlerts()
  return <div className={isPending ? 'unseen' : undefined}>{children}</div>
}

/** What is wrong now, above every page: the first in a line, the others when it is opened. */
export function Alerts() {
  const text = useText()
  const { data } = useAlerts()
  const [first, ...others] = data?.data ?? []
  if (!first) return null
  return (
    <section className="alerts" aria-label={text.alerts.title}>
      <AlertLine alert={first} />
      {others.length > 0 && (
        <details>
          <summary>{text.alerts.more(others.length)}</summary>
          {others.map((alert) => (
            <AlertLine key={`${alert.kind} ${alert.session} ${alert.webhook}`} alert={alert} />
          ))}
        </details>
      )}
    </section>
  )
}

/** One alert, with the way to what it is about. */
function AlertLine({ alert }: { alert: Alert }) {
  const text = useText()
  const { data: sessions } = useQuery(useReads().sessions())
  const { data: webhooks } = useQuery(useReads().webhooks())
  const { kind, session, webhook } = alert
  const name =
    kind === 'webhook_failing'
      ? webhooks?.data.find(({ id }) => id === webhook)?.url
      : sessions?.data.find(({ id }) => id === session)?.name
  const place = kind === 'webhook_failing' && webhook ? path`/webhooks/${webhook}` : path`/sessions/${session}`
  return (
    <div className="alert-line">
      <Icon name="warning" />
      <span className="grow wrap">
        <Link href={place}>{name ?? webhook ?? session}</Link> {text.alerts.kinds[kind]}
        <span className="muted small">
          {' '}
          <Reason word={alert.reason} />
        </span>
      </span>
      <span className="muted small">
        <Ago at={alert.since} />
      </span>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { gatewayReads } from '../api/reads.ts'
import type { Session } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useMe, useReads } from '../me.tsx'
import { SessionBadge } from '../ui/badge.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Failures } from './failures.tsx'
import { Traffic } from './traffic.tsx'

const STATUSES: Session['status'][] = ['connected', 'connecting', 'qr', 'disconnected', 'stopped', 'logged_out']

/** How things stand, and what went wrong. */
export function OverviewPage() {
  const text = useText()
  const { session: bound } = useMe()
  const sessions = useQuery(useReads().sessions())
  return (
    <>
      <div className="head">
        <h1>{text.overview.title}</h1>
      </div>
      <div className="stack">
        <Loaded query={sessions} room={86}>
          {({ data }) => (data.length === 0 ? <FirstSession /> : <SessionFigures sessions={data} />)}
        </Loaded>
        {bound === null && <Traffic />}
        <div className="columns">
          <Failures />
          <HealthPanel />
        </div>
      </div>
    </>
  )
}

function FirstSession() {
  const text = useText()
  const mayManage = useMay('manage')
  const action = mayManage && (
    <Link className="btn btn-main" href="/sessions">
      {text.sessions.new}
    </Link>
  )
  return (
    <div className="panel">
      <Empty title={mayManage ? text.overview.firstTitle : text.sessions.emptyTitle} action={action}>
        {text.overview.firstText}
      </Empty>
    </div>
  )
}

function SessionFigures({ sessions }: { sessions: Session[] }) {
  const text = useText()
  const counts = STATUSES.map((status) => ({
    status,
    count: sessions.filter((session) => session.status === status).length,
  }))
  return (
    <section className="figures" aria-label={text.overview.sessions}>
      {counts
        .filter(({ status, count }) => count > 0 || status === 'connected')
        .map(({ status, count }) => (
          <Link className="panel pad figure" key={status} href="/sessions">
            <strong>{count}</strong>
            <SessionBadge status={status} />
          </Link>
        ))}
    </section>
  )
}

function HealthPanel() {
  const text = useText()
  const health = useQuery(gatewayReads.health())
  const ready = useQuery(gatewayReads.ready())
  const mark = (isWell: boolean | undefined) => (
    <span className={`badge badge-${isWell ? 'good' : 'bad'}`}>
      {isWell ? text.overview.works : text.overview.fails}
    </span>
  )
  const { resumed = 0, total = 0 } = ready.data?.sessions ?? {}
  return (
    <section className="panel pad stack">
      <h2>{text.overview.health}</h2>
      <Loaded query={health} room={114}>
        {({ ok, store, encryption }) => (
          <dl className="facts">
            <dt>{text.overview.process}</dt>
            <dd>{mark(ok)}</dd>
            <dt>{text.overview.store}</dt>
            <dd>{mark(store === 'ok')}</dd>
            <dt>{text.overview.encryption}</dt>
            <dd>{text.overview.encryptions[encryption]}</dd>
            <dt>{text.overview.start}</dt>
            <dd>{total === 0 ? text.overview.nothingToResume : text.overview.resumed(resumed, total)}</dd>
          </dl>
        )}
      </Loaded>
    </section>
  )
}

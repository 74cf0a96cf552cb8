import { Link } from 'wouter'
import { useRead } from '../api/queries.ts'
import type { Delivery, Health, Page, Readiness, Session, SessionStatus } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMe } from '../me.tsx'
import { SessionBadge } from '../ui/badge.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Ago } from '../ui/time.tsx'
import { Traffic } from './traffic.tsx'

const STATUSES: SessionStatus[] = ['connected', 'connecting', 'qr', 'disconnected', 'stopped', 'logged_out']
const DOWN: SessionStatus[] = ['disconnected', 'logged_out']
const OFTEN_MS = 15_000

/** How things stand, and what needs somebody. */
export function OverviewPage() {
  const text = useText()
  const { session: bound } = useMe()
  const sessions = useRead<Page<Session>>('/v1/sessions?limit=200', { every: OFTEN_MS })
  return (
    <>
      <div className="head">
        <h1>{text.overview.title}</h1>
      </div>
      <div className="stack">
        <Loaded query={sessions}>
          {({ data }) =>
            data.length === 0 ? (
              <div className="panel">
                <Empty
                  title={text.overview.firstTitle}
                  action={
                    <Link className="btn btn-main" href="/sessions">
                      {text.sessions.new}
                    </Link>
                  }
                >
                  {text.overview.firstText}
                </Empty>
              </div>
            ) : (
              <SessionFigures sessions={data} />
            )
          }
        </Loaded>
        {bound === null && <Traffic />}
        <div className="columns">
          <Attention sessions={sessions.data?.data ?? []} />
          <HealthPanel />
        </div>
      </div>
    </>
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

function Attention({ sessions }: { sessions: Session[] }) {
  const text = useText()
  const dead = useRead<Page<Delivery>>('/v1/deliveries?status=dead&limit=100', { every: OFTEN_MS })
  const down = sessions.filter(({ status }) => DOWN.includes(status))
  const deadCount = dead.data?.data.length ?? 0
  const isWell = down.length === 0 && deadCount === 0
  return (
    <section className="panel">
      <div className="pad">
        <h2>{text.overview.attention}</h2>
      </div>
      <ul className="list">
        {isWell && <li className="muted">{text.overview.allWell}</li>}
        {down.map((session) => (
          <li className="row row-between" key={session.id}>
            <Link href={`/sessions/${session.id}`}>{text.overview.sessionDown(session.name ?? session.id)}</Link>
            <span className="row">
              <SessionBadge status={session.status} />
              <span className="muted small">
                <Ago at={session.since} />
              </span>
            </span>
          </li>
        ))}
        {deadCount > 0 && (
          <li>
            <Link href="/webhooks">
              {text.overview.deadLetters(dead.data?.next_cursor ? `${deadCount}+` : String(deadCount))}
            </Link>
          </li>
        )}
      </ul>
    </section>
  )
}

function HealthPanel() {
  const text = useText()
  const health = useRead<Health>('/healthz', { every: OFTEN_MS })
  const ready = useRead<Readiness>('/readyz', { every: OFTEN_MS })
  const mark = (isWell: boolean | undefined) => (
    <span className={`badge badge-${isWell ? 'good' : 'bad'}`}>
      {isWell ? text.overview.works : text.overview.fails}
    </span>
  )
  return (
    <section className="panel pad stack">
      <h2>{text.overview.health}</h2>
      <Loaded query={health}>
        {({ ok, store }) => (
          <dl className="facts">
            <dt>{text.overview.process}</dt>
            <dd>{mark(ok)}</dd>
            <dt>{text.overview.store}</dt>
            <dd>{mark(store === 'ok')}</dd>
            <dt>{text.overview.start}</dt>
            <dd>{ready.data && text.overview.resumed(ready.data.sessions.resumed, ready.data.sessions.total)}</dd>
          </dl>
        )}
      </Loaded>
    </section>
  )
}

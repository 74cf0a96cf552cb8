import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { path } from '../api/kurir.ts'
import type { Message } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMe, useReads } from '../me.tsx'
import { Reason } from '../ui/reason.tsx'
import { Loaded } from '../ui/states.tsx'
import { Clock } from '../ui/time.tsx'
import { Bubble } from './chats/bubble.tsx'
import { DeliveryList } from './webhooks/deliveries.tsx'

/** One message: what it says, and what became of it. */
export function MessagePage({ id }: { id: string }) {
  const text = useText()
  const mayManage = useMe().scopes.some((scope) => scope === 'admin' || scope === 'manage')
  const query = useQuery(useReads().message(id))
  return (
    <>
      <div className="head">
        {query.data && (
          <Link className="crumb" href={path`/chats/${query.data.session}/${query.data.chat}`}>
            {text.chats.backToChat}
          </Link>
        )}
        <h1>{text.chats.message}</h1>
      </div>
      <Loaded query={query}>
        {(message) => (
          <div className="stack">
            <div className="columns">
              <div className="stack">
                <section className="panel pad stack">
                  <Bubble message={message} />
                </section>
                <History message={message} />
              </div>
              <Facts message={message} />
            </div>
            {mayManage && <Deliveries id={message.id} />}
          </div>
        )}
      </Loaded>
    </>
  )
}

/** What became of the news of it. */
function Deliveries({ id }: { id: string }) {
  const text = useText()
  return (
    <>
      <h2>{text.webhooks.deliveries}</h2>
      <DeliveryList
        deliveries={useReads().deliveriesOfMessage(id)}
        withUrl
        empty={{ title: text.chats.noDeliveries, text: text.chats.noDeliveriesText }}
      />
    </>
  )
}

function History({ message }: { message: Message }) {
  const text = useText()
  return (
    <section className="panel">
      <div className="pad">
        <h2>{text.chats.history}</h2>
      </div>
      <ol className="list" aria-label={text.chats.history}>
        {message.status_history.map(({ status, at, reason }) => (
          <li className="row row-between" key={`${status} ${at}`}>
            <span className={`badge badge-${toneOf(status)}`}>
              {text.chats.statuses[status as keyof typeof text.chats.statuses] ?? status}
              {reason && (
                <span className="muted">
                  {' '}
                  <Reason word={reason} />
                </span>
              )}
            </span>
            <span className="muted">
              <Clock at={at} seconds />
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function toneOf(status: string): string {
  if (status === 'failed' || status === 'expired' || status === 'unknown') return 'bad'
  return status === 'accepted' || status === 'prepared' ? 'none' : 'good'
}

function Facts({ message }: { message: Message }) {
  const text = useText()
  return (
    <section className="panel pad stack">
      <dl className="facts">
        <dt>{text.sessions.id}</dt>
        <dd className="mono">{message.id}</dd>
        <dt>WhatsApp</dt>
        <dd className="mono">{message.wa_id}</dd>
        <dt>{text.webhooks.session}</dt>
        <dd>{message.session}</dd>
        <dt>{text.chats.from}</dt>
        <dd>{message.participant ?? message.from}</dd>
        <dt>{text.chats.to}</dt>
        <dd>{message.to}</dd>
        <dt>{text.webhooks.attempts}</dt>
        <dd>{message.attempts}</dd>
      </dl>
      <details>
        <summary>JSON</summary>
        <pre className="pre">{JSON.stringify(message, null, 2)}</pre>
      </details>
    </section>
  )
}

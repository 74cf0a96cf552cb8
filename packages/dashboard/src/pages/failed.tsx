import { useState } from 'react'
import { Link } from 'wouter'
import { path } from '../api/kurir.ts'
import { usePages } from '../api/pages.ts'
import { FAILED, type FailedStatus } from '../api/reads.ts'
import type { Message } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useReads } from '../me.tsx'
import { ListPage } from '../ui/list-page.tsx'
import { Reason } from '../ui/reason.tsx'
import { Clock } from '../ui/time.tsx'
import { summaryOf } from './chats/summary.ts'

/** Messages of all sessions that did not go out, by how they ended. */
export function FailedPage() {
  const text = useText()
  const [status, setStatus] = useState<FailedStatus>('failed')
  const { query, more } = usePages(useReads().failed(status))
  const filter = (
    <select
      className="input input-s"
      aria-label={text.sessions.status}
      value={status}
      onChange={(event) => setStatus(event.target.value as FailedStatus)}
    >
      {FAILED.map((name) => (
        <option key={name} value={name}>
          {text.chats.statuses[name]}
        </option>
      ))}
    </select>
  )
  return (
    <ListPage
      title={text.failed.title}
      intro={text.failed.intro}
      filters={filter}
      query={query}
      more={more}
      empty={{ title: text.failed.emptyTitle, text: text.failed.emptyText }}
    >
      {(messages) => <FailedTable messages={messages} />}
    </ListPage>
  )
}

function FailedTable({ messages }: { messages: Message[] }) {
  const text = useText()
  return (
    <div className="table-box">
      <table className="cards">
        <thead>
          <tr>
            <th>{text.chats.message}</th>
            <th>{text.sessions.reason}</th>
            <th>{text.webhooks.session}</th>
            <th>{text.chats.to}</th>
            <th>{text.failed.when}</th>
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => (
            <tr key={message.id}>
              <td className="name">
                <Link className="clip" href={path`/messages/${message.id}`}>
                  {summaryOf(message, text.chats.kinds) || message.id}
                </Link>
              </td>
              <td data-label={text.sessions.reason}>
                <WhyFailed message={message} />
              </td>
              <td data-label={text.webhooks.session}>{message.session}</td>
              <td data-label={text.chats.to}>{message.to}</td>
              <td data-label={text.failed.when}>
                <Clock at={message.status_history.at(-1)?.at ?? message.timestamp} seconds />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function WhyFailed({ message }: { message: Message }) {
  const reason = message.status_history.at(-1)?.reason
  return reason === undefined ? '–' : <Reason word={reason} />
}

import { useState } from 'react'
import { Link } from 'wouter'
import { path } from '../api/kurir.ts'
import { usePages } from '../api/pages.ts'
import { FAILED, type FailedStatus } from '../api/reads.ts'
import type { Message } from '../api/types.ts'
import type { Dictionary } from '../i18n/en.ts'
import { useText } from '../i18n/text.tsx'
import { useReads } from '../me.tsx'
import { Choice } from '../ui/choice.tsx'
import { ListPage } from '../ui/list-page.tsx'
import { Reason } from '../ui/reason.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Clock } from '../ui/time.tsx'
import { summaryOf } from './chats/summary.ts'

/** Messages of all sessions that did not go out, by how they ended. */
export function FailedPage() {
  const text = useText()
  const [status, setStatus] = useState<FailedStatus>('failed')
  const { query, more } = usePages(useReads().failed(status))
  const filter = (
    <Choice
      label={text.sessions.status}
      value={status}
      options={FAILED.map((name) => [name, text.chats.statuses[name]])}
      onChange={setStatus}
    />
  )
  return (
    <ListPage title={text.failed.title} intro={text.failed.intro} filters={filter}>
      <Table
        name={text.failed.title}
        columns={columnsOf(text)}
        query={query}
        more={more}
        empty={{ title: text.failed.emptyTitle, text: text.failed.emptyText }}
      />
    </ListPage>
  )
}

function columnsOf(text: Dictionary): Column<Message>[] {
  return [
    {
      label: text.chats.message,
      role: 'name',
      cell: (message) => (
        <Link className="clip" href={path`/messages/${message.id}`}>
          {summaryOf(message, text.chats.kinds) || message.id}
        </Link>
      ),
    },
    { label: text.sessions.reason, cell: (message) => <WhyFailed message={message} /> },
    { label: text.webhooks.session, cell: ({ session }) => session },
    { label: text.chats.to, cell: ({ to }) => to },
    {
      label: text.failed.when,
      cell: ({ status_history: history, timestamp }) => <Clock at={history.at(-1)?.at ?? timestamp} seconds />,
    },
  ]
}

function WhyFailed({ message }: { message: Message }) {
  const reason = message.status_history.at(-1)?.reason
  return reason === undefined ? '–' : <Reason word={reason} />
}

import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { path } from '../api/kurir.ts'
import type { Chat } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useReads } from '../me.tsx'
import { Choice } from '../ui/choice.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Clock } from '../ui/time.tsx'
import { NewChat } from './chats/new-chat.tsx'
import { summaryOf } from './chats/summary.ts'
import { Thread } from './chats/thread.tsx'

interface ChatsPageProps {
  session: string | undefined
  chat: string | undefined
}

/** The chats of a session, and one of them opened. */
export function ChatsPage({ session, chat }: ChatsPageProps) {
  const text = useText()
  const [, go] = useLocation()
  const sessions = useQuery(useReads().sessions())
  const first = sessions.data?.data.find(({ phone }) => phone !== null)?.id
  useEffect(() => {
    if (session === undefined && first !== undefined) go(`/chats/${first}`, { replace: true })
  }, [session, first, go])
  return (
    <>
      <div className="head">
        <h1>{text.nav.chats}</h1>
        <Choice
          label={text.webhooks.session}
          value={session ?? ''}
          options={[
            ...(session === undefined ? [['', ''] as const] : []),
            ...(sessions.data?.data ?? []).map(({ id, name }) => [id, name ?? id] as const),
          ]}
          onChange={(id) => go(`/chats/${id}`)}
        />
        {session !== undefined && <NewChat session={session} />}
      </div>
      {session !== undefined && <ChatPanes session={session} chat={chat} />}
      {session === undefined && sessions.data && first === undefined && (
        <Empty title={text.chats.noSession}>{text.overview.firstText}</Empty>
      )}
    </>
  )
}

function ChatPanes({ session, chat }: { session: string; chat: string | undefined }) {
  const text = useText()
  const reads = useReads()
  const chats = useQuery(reads.chats(session))
  const groups = useQuery(reads.groups(session))
  const nameOf = ({ id, name }: Pick<Chat, 'id' | 'name'>) =>
    name ?? groups.data?.data.find((group) => group.id === id)?.subject ?? id
  const opened = chats.data?.data.find(({ id }) => id === chat)
  return (
    <div className="panel chats" data-open={chat !== undefined}>
      <nav className="chat-list" aria-label={text.nav.chats}>
        <Loaded query={chats}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title={text.chats.emptyTitle}>{text.chats.emptyText}</Empty>
            ) : (
              data.map((one) => (
                <Link
                  key={one.id}
                  href={path`/chats/${session}/${one.id}`}
                  aria-current={one.id === chat ? 'true' : undefined}
                >
                  <ChatRow chat={one} name={nameOf(one)} />
                </Link>
              ))
            )
          }
        </Loaded>
      </nav>
      {chat === undefined ? (
        <div className="thread">
          <Empty title={text.chats.chooseTitle}>{text.chats.chooseText}</Empty>
        </div>
      ) : (
        <Thread key={chat} session={session} chat={chat} name={opened ? nameOf(opened) : chat} />
      )}
    </div>
  )
}

function ChatRow({ chat, name }: { chat: Chat; name: string }) {
  const text = useText()
  return (
    <>
      <div className="row row-between row-tight">
        <strong className="ellipsis grow">{name}</strong>
        <span className="muted small">
          <Clock at={chat.last_message.timestamp} />
        </span>
      </div>
      <div className="row row-between row-tight muted small">
        <span className="ellipsis grow">{summaryOf(chat.last_message, text.chats.kinds)}</span>
        {chat.unread > 0 && (
          <span className="tag">
            {chat.unread}
            <span className="skip"> {text.chats.unread}</span>
          </span>
        )}
      </div>
    </>
  )
}

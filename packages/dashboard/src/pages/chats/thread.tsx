import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { kurir, path } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import type { Message } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { useMay, useReads } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/states.tsx'
import { Bubble } from './bubble.tsx'
import { SendBox } from './send-box.tsx'

interface ThreadProps {
  session: string
  chat: string
  name: string
}

/** The messages of a chat, the newest at the end, and a box to write in. */
export function Thread({ session, chat, name }: ThreadProps) {
  const text = useText()
  const [limit, setLimit] = useState(50)
  const maySend = useMay('send')
  const query = useQuery({ ...useReads().thread(session, chat, limit), placeholderData: keepPreviousData })
  const newest = query.data?.data[0]
  useMarkRead(session, chat, maySend ? newest : undefined)
  return (
    <section className="thread" aria-label={name}>
      <div className="thread-head">
        <Link className="btn btn-quiet only-phone" href={path`/chats/${session}`} aria-label={text.nav.chats}>
          <Icon name="back" />
        </Link>
        <h2 className="ellipsis">{name}</h2>
        {name !== chat && <span className="muted small">{chat}</span>}
      </div>
      <Messages newest={newest?.id}>
        <Loaded query={query}>
          {({ data, next_cursor: more }) => (
            <>
              {more && limit < 200 && <Button onClick={() => setLimit(200)}>{text.chats.earlier}</Button>}
              {data.toReversed().map((message) => (
                <Bubble key={message.id} message={message} />
              ))}
            </>
          )}
        </Loaded>
      </Messages>
      {maySend && <SendBox session={session} chat={chat} />}
    </section>
  )
}

/** Keeps the newest message in sight when one comes. */
function Messages({ newest, children }: { newest: string | undefined; children: ReactNode }) {
  const text = useText()
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (newest !== undefined) ref.current?.scrollTo({ top: ref.current.scrollHeight })
  }, [newest])
  return (
    <div className="thread-body" ref={ref} role="log" aria-label={text.chats.messages}>
      {children}
    </div>
  )
}

/** What is seen here is read. */
function useMarkRead(session: string, chat: string, newest: Message | undefined): void {
  const { mutate } = useChange(() =>
    kurir.post('/v1/sessions/{session}/chats/{chat}/read', { params: { path: { session, chat } } }),
  )
  const id = newest?.direction === 'in' ? newest.id : undefined
  useEffect(() => {
    if (id !== undefined) mutate()
  }, [id, mutate])
}

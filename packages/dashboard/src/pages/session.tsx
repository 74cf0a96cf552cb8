import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { kurir } from '../api/kurir.ts'
import { useChange } from '../api/queries.ts'
import type { Session } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useReads } from '../me.tsx'
import { SessionBadge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Reason } from '../ui/reason.tsx'
import { Loaded } from '../ui/states.tsx'
import { Ago, Clock } from '../ui/time.tsx'
import { AnswersPane } from './session/answers.tsx'
import { ConfirmDialog } from './session/confirm.tsx'
import { ConnectionPane } from './session/connection.tsx'
import { PairDialog } from './session/pair.tsx'
import { RulesPane } from './session/rules.tsx'

/** One session: its state, and everything that can be set. */
export function SessionPage({ id }: { id: string }) {
  const text = useText()
  const query = useQuery(useReads().session(id))
  return (
    <>
      <div className="head">
        <Link className="crumb" href="/sessions">
          {text.sessions.title}
        </Link>
        <h1>{query.data?.name ?? id}</h1>
        {query.data && <SessionBadge status={query.data.status} />}
      </div>
      <Loaded query={query}>{(session) => <SessionTabs session={session} />}</Loaded>
    </>
  )
}

function SessionTabs({ session }: { session: Session }) {
  const text = useText()
  const { tabs } = text.sessions
  return (
    <Tabs.Root defaultValue="pairing">
      <Tabs.List className="tabs" aria-label={session.name ?? session.id}>
        <Tabs.Trigger value="pairing">{tabs.pairing}</Tabs.Trigger>
        <Tabs.Trigger value="answers">{tabs.answers}</Tabs.Trigger>
        <Tabs.Trigger value="rules">{tabs.rules}</Tabs.Trigger>
        <Tabs.Trigger value="connection">{tabs.connection}</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="pairing">
        <StatePane session={session} />
      </Tabs.Content>
      <Tabs.Content value="answers">{session.settings && <AnswersPane session={session} />}</Tabs.Content>
      <Tabs.Content value="rules">
        <RulesPane session={session.id} />
      </Tabs.Content>
      <Tabs.Content value="connection">{session.settings && <ConnectionPane session={session} />}</Tabs.Content>
    </Tabs.Root>
  )
}

type Question = 'logout' | 'remove' | 'pair' | null

function StatePane({ session }: { session: Session }) {
  const mayManage = useMay('manage')
  return (
    <div className="stack">
      <Facts session={session} />
      {mayManage && <Actions session={session} />}
    </div>
  )
}

function Actions({ session }: { session: Session }) {
  const text = useText()
  const [question, setQuestion] = useState<Question>(null)
  const [, go] = useLocation()
  const at = { params: { path: { session: session.id } } }
  const stale = [['sessions']]
  const start = useChange(() => kurir.post('/v1/sessions/{session}/start', at), { stale })
  const stop = useChange(() => kurir.post('/v1/sessions/{session}/stop', at), { stale })
  const restart = useChange(() => kurir.post('/v1/sessions/{session}/restart', at), { stale })
  const logout = useChange(() => kurir.post('/v1/sessions/{session}/logout', at), { stale })
  const remove = useChange(() => kurir.delete('/v1/sessions/{session}', at), { stale, done: () => go('/sessions') })
  const isResting = session.status === 'stopped' || session.status === 'logged_out'
  const isPaired = session.phone !== null && session.status !== 'logged_out'
  const ask = (name: Question) => () => setQuestion(name)
  const link = () => {
    if (isResting) start.mutate()
    setQuestion('pair')
  }
  const unlink = () => {
    logout.mutate()
    setQuestion(null)
  }
  return (
    <>
      <div className="row">
        {!isPaired && (
          <Button look="main" onClick={link}>
            {text.sessions.pair}
          </Button>
        )}
        {isResting && isPaired && <Button onClick={() => start.mutate()}>{text.sessions.start}</Button>}
        {!isResting && <Button onClick={() => restart.mutate()}>{text.sessions.restart}</Button>}
        {!isResting && <Button onClick={() => stop.mutate()}>{text.sessions.stop}</Button>}
        {isPaired && <Button onClick={ask('logout')}>{text.sessions.logOut}</Button>}
        <Button look="bad" onClick={ask('remove')}>
          {text.remove}
        </Button>
      </div>
      {question === 'pair' && <PairDialog id={session.id} onClose={ask(null)} />}
      {question === 'logout' && (
        <ConfirmDialog
          title={text.sessions.logOut}
          text={text.sessions.logOutText}
          onClose={ask(null)}
          onConfirm={unlink}
        />
      )}
      {question === 'remove' && (
        <ConfirmDialog
          title={text.sessions.remove}
          text={text.sessions.removeText}
          word={session.id}
          onClose={ask(null)}
          onConfirm={() => remove.mutate()}
        />
      )}
    </>
  )
}

function Facts({ session }: { session: Session }) {
  const text = useText()
  return (
    <dl className="panel pad facts">
      <dt>{text.sessions.id}</dt>
      <dd className="mono">{session.id}</dd>
      <dt>{text.sessions.phone}</dt>
      <dd>{session.phone ?? '–'}</dd>
      <dt>{text.sessions.account}</dt>
      <dd>{session.push_name ?? '–'}</dd>
      <dt>{text.sessions.status}</dt>
      <dd className="row">
        <SessionBadge status={session.status} />
        <span className="muted">
          <Ago at={session.since} />
        </span>
      </dd>
      <dt>{text.sessions.reason}</dt>
      <dd>
        <Reason word={session.reason} />
      </dd>
      <dt>{text.sessions.created}</dt>
      <dd>
        <Clock at={session.created_at} />
      </dd>
    </dl>
  )
}

import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { kurir, path } from '../api/kurir.ts'
import { useChange } from '../api/queries.ts'
import type { Body, Session } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useMe, useReads } from '../me.tsx'
import { SessionBadge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { ListPage } from '../ui/list-page.tsx'
import { Ago } from '../ui/time.tsx'
import { PairDialog } from './session/pair.tsx'

/** All sessions, with their state as it changes. */
export function SessionsPage() {
  const text = useText()
  const { session: bound } = useMe()
  const [isCreating, setCreating] = useState(false)
  const [pairing, setPairing] = useState<string | null>(null)
  const [, go] = useLocation()
  const query = useQuery(useReads().sessions())
  const mayManage = useMay('manage')
  const create = bound === null && mayManage && (
    <Button look="main" icon="plus" onClick={() => setCreating(true)}>
      {text.sessions.new}
    </Button>
  )
  return (
    <>
      <ListPage
        title={text.sessions.title}
        action={create}
        query={query}
        empty={{ title: text.sessions.emptyTitle, text: text.sessions.emptyText }}
      >
        {(sessions) => <SessionTable sessions={sessions} onPair={mayManage ? setPairing : null} />}
      </ListPage>
      {isCreating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={({ id }) => {
            setCreating(false)
            setPairing(id)
          }}
        />
      )}
      {pairing !== null && (
        <PairDialog id={pairing} onClose={() => setPairing(null)} onDone={() => go(`/sessions/${pairing}`)} />
      )}
    </>
  )
}

function SessionTable({ sessions, onPair }: { sessions: Session[]; onPair: ((id: string) => void) | null }) {
  const text = useText()
  return (
    <div className="table-box">
      <table className="cards">
        <thead>
          <tr>
            <th>{text.sessions.name}</th>
            <th>{text.sessions.status}</th>
            <th>{text.sessions.phone}</th>
            <th>{text.sessions.since}</th>
            <th>
              <span className="skip">{text.sessions.pair}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr key={session.id}>
              <td className="name">
                <Link href={path`/sessions/${session.id}`}>{session.name ?? session.id}</Link>
                {session.name && <div className="mono muted small">{session.id}</div>}
              </td>
              <td>
                <SessionBadge status={session.status} />
              </td>
              <td data-label={text.sessions.phone}>{session.phone ?? <span className="muted">–</span>}</td>
              <td data-label={text.sessions.since}>
                <Ago at={session.since} />
              </td>
              <td className="act">
                {onPair && session.status === 'qr' && (
                  <Button onClick={() => onPair(session.id)}>{text.sessions.pair}</Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (session: Session) => void }) {
  const text = useText()
  const [id, setId] = useState('')
  const [name, setName] = useState('')
  const create = useChange((body: Body<'/v1/sessions', 'post'>) => kurir.post('/v1/sessions', { body }), {
    stale: [['sessions']],
    done: onCreated,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ ...(id ? { id } : {}), ...(name ? { name } : {}) })
  }
  return (
    <Dialog title={text.sessions.new} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={text.sessions.name}
          hint={text.sessions.nameHint}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={`${text.sessions.id} (${text.optional})`}
          hint={text.sessions.idHint}
          pattern="[A-Za-z0-9][A-Za-z0-9_\-]{0,63}"
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
        <div className="dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="main" busy={create.isPending}>
            {text.create}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

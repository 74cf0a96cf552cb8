import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useChange, useRead } from '../api/queries.ts'
import type { Page, Session } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMe } from '../me.tsx'
import { SessionBadge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Ago } from '../ui/time.tsx'
import { PairDialog } from './session/pair.tsx'

/** All sessions, with their state as it changes. */
export function SessionsPage() {
  const text = useText()
  const { session: bound } = useMe()
  const [isCreating, setCreating] = useState(false)
  const [pairing, setPairing] = useState<string | null>(null)
  const [, go] = useLocation()
  const query = useRead<Page<Session>>('/v1/sessions?limit=200')
  const create = bound === null && (
    <Button look="main" icon="plus" onClick={() => setCreating(true)}>
      {text.sessions.new}
    </Button>
  )
  return (
    <>
      <div className="head">
        <h1>{text.sessions.title}</h1>
        {create}
      </div>
      <Loaded query={query}>
        {({ data }) => (
          <div className="panel">
            {data.length === 0 ? (
              <Empty title={text.sessions.emptyTitle} action={create}>
                {text.sessions.emptyText}
              </Empty>
            ) : (
              <SessionTable sessions={data} onPair={setPairing} />
            )}
          </div>
        )}
      </Loaded>
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

function SessionTable({ sessions, onPair }: { sessions: Session[]; onPair: (id: string) => void }) {
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
              <td data-label={text.sessions.name}>
                <Link href={`/sessions/${session.id}`}>{session.name ?? session.id}</Link>
                {session.name && <div className="muted small">{session.id}</div>}
              </td>
              <td data-label={text.sessions.status}>
                <SessionBadge status={session.status} />
              </td>
              <td data-label={text.sessions.phone}>{session.phone ?? <span className="muted">–</span>}</td>
              <td data-label={text.sessions.since}>
                <Ago at={session.since} />
              </td>
              <td className="right">
                {session.status === 'qr' && <Button onClick={() => onPair(session.id)}>{text.sessions.pair}</Button>}
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
  const create = useChange<Session>(['/v1/sessions'], onCreated)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { ...(id ? { id } : {}), ...(name ? { name } : {}) }
    create.mutate({ method: 'POST', address: '/v1/sessions', body })
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

import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { kurir, path } from '../api/kurir.ts'
import { useChange } from '../api/queries.ts'
import type { Body, Session } from '../api/types.ts'
import type { Dictionary } from '../i18n/en.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useMe, useReads } from '../me.tsx'
import { SessionBadge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { ListPage } from '../ui/list-page.tsx'
import { type Column, Table } from '../ui/table.tsx'
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
      <ListPage title={text.sessions.title} action={create}>
        <Table
          name={text.sessions.title}
          columns={columnsOf(text, mayManage ? setPairing : null)}
          query={query}
          action={create}
          empty={{ title: text.sessions.emptyTitle, text: text.sessions.emptyText }}
        />
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

function columnsOf({ sessions: text }: Dictionary, onPair: ((id: string) => void) | null): Column<Session>[] {
  return [
    {
      label: text.name,
      role: 'name',
      cell: ({ id, name }) => (
        <>
          <Link href={path`/sessions/${id}`}>{name ?? id}</Link>
          {name && <div className="mono muted small">{id}</div>}
        </>
      ),
    },
    { label: text.status, role: 'badge', cell: ({ status }) => <SessionBadge status={status} /> },
    { label: text.phone, cell: ({ phone }) => phone ?? <span className="muted">–</span> },
    { label: text.since, cell: ({ since }) => <Ago at={since} /> },
    {
      label: text.pair,
      role: 'act',
      cell: ({ id, status }) => onPair && status === 'qr' && <Button onClick={() => onPair(id)}>{text.pair}</Button>,
    },
  ]
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

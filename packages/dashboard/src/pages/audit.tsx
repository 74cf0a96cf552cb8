import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { path } from '../api/kurir.ts'
import { usePages } from '../api/pages.ts'
import type { AuditFilter } from '../api/reads.ts'
import type { AuditEntry } from '../api/types.ts'
import type { Dictionary } from '../i18n/en.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useReads } from '../me.tsx'
import { ListPage } from '../ui/list-page.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Clock } from '../ui/time.tsx'
import { AuditFilters } from './audit/filters.tsx'

/** The key that the gateway is configured with. */
const CONFIGURED = 'key_configured'

/** What was done, by which key, and when. */
export function AuditPage() {
  const text = useText()
  const reads = useReads()
  const [wanted, setWanted] = useState<AuditFilter>({ action: '', session: '', since: '' })
  const [words, setWords] = useState('')
  const { query, more } = usePages(reads.audit(wanted))
  const keys = useQuery({ ...reads.keys(), enabled: useMay('admin') })
  const nameOf = (id: string) =>
    id === CONFIGURED ? text.audit.configured : keys.data?.data.find((key) => key.id === id)?.name
  const isFound = (entry: AuditEntry) =>
    [entry.action, entry.actor, entry.actor && nameOf(entry.actor), entry.target, entry.session, ...entry.fields]
      .filter((part) => part !== null && part !== undefined)
      .some((part) => part.toLowerCase().includes(words.toLowerCase()))
  const filters = (
    <>
      <AuditFilters onChange={(change) => setWanted((before) => ({ ...before, ...change }))} />
      <input
        className="input input-s"
        type="search"
        placeholder={text.events.filter}
        aria-label={text.events.filter}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
    </>
  )
  const shown = { ...query, data: query.data && { data: query.data.data.filter(isFound) } }
  return (
    <ListPage title={text.nav.audit} intro={text.audit.intro} filters={filters}>
      <Table
        name={text.nav.audit}
        columns={columnsOf(text, nameOf)}
        query={shown}
        more={more}
        empty={{ title: text.audit.emptyTitle, text: text.audit.emptyText }}
      />
    </ListPage>
  )
}

function columnsOf({ audit: text }: Dictionary, nameOf: (id: string) => string | undefined): Column<AuditEntry>[] {
  const known = (id: string | null) => (id === null ? undefined : nameOf(id))
  return [
    {
      label: text.what,
      role: 'name',
      cell: ({ action, fields }) => (
        <>
          <strong className="mono">{action}</strong>
          {fields.length > 0 && <div className="muted small">{fields.join(', ')}</div>}
        </>
      ),
    },
    { label: text.target, cell: (entry) => <Target entry={entry} name={known(entry.target)} /> },
    { label: text.who, cell: (entry) => <Actor entry={entry} name={known(entry.actor)} /> },
    { label: text.when, cell: ({ at }) => <Clock at={at} seconds /> },
  ]
}

function Target({ entry: { action, target, session }, name }: { entry: AuditEntry; name: string | undefined }) {
  const [kind] = action.split('.', 1)
  const shown = name ?? <span className="mono wrap">{target ?? session ?? '–'}</span>
  if (action.endsWith('.deleted')) return shown
  if ((kind === 'session' || kind === 'rule') && session) return <Link href={path`/sessions/${session}`}>{shown}</Link>
  if (kind === 'webhook' && target) return <Link href={path`/webhooks/${target}`}>{shown}</Link>
  if (kind === 'tenant' && target) return <Link href={path`/tenants/${target}`}>{shown}</Link>
  return shown
}

function Actor({ entry: { actor, api }, name }: { entry: AuditEntry; name: string | undefined }) {
  const text = useText()
  if (actor === null) return <span className="muted">{text.audit.atThePhone}</span>
  return (
    <div>
      {name ?? <span className="mono wrap">{actor}</span>}
      {api !== null && api !== 'native' && <span className="muted small"> {api}</span>}
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { kurir } from '../api/kurir.ts'
import { useChange } from '../api/queries.ts'
import type { Key } from '../api/types.ts'
import type { Dictionary } from '../i18n/en.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useReads } from '../me.tsx'
import { Button } from '../ui/button.tsx'
import { ListPane } from '../ui/list-page.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Tags } from '../ui/tags.tsx'
import { Ago } from '../ui/time.tsx'
import { CreateKey } from './keys/create.tsx'
import { TenantsPane } from './keys/tenants.tsx'
import { UsagePane } from './keys/usage.tsx'
import { ConfirmDialog } from './session/confirm.tsx'

/** Who may call, whose everything is, and what is used. */
export function KeysPage({ tab }: { tab: string | undefined }) {
  const text = useText()
  const isAdmin = useMay('admin')
  const [, go] = useLocation()
  return (
    <>
      <div className="head">
        <h1>{text.nav.keys}</h1>
      </div>
      <Tabs.Root value={tab ?? (isAdmin ? 'keys' : 'usage')} onValueChange={(next) => go(`/keys/${next}`)}>
        <Tabs.List className="tabs" aria-label={text.nav.keys}>
          {isAdmin && <Tabs.Trigger value="keys">{text.keys.title}</Tabs.Trigger>}
          {isAdmin && <Tabs.Trigger value="tenants">{text.keys.tenants}</Tabs.Trigger>}
          <Tabs.Trigger value="usage">{text.keys.usage}</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="keys">
          <KeysPane />
        </Tabs.Content>
        <Tabs.Content value="tenants">
          <TenantsPane />
        </Tabs.Content>
        <Tabs.Content value="usage">
          <UsagePane />
        </Tabs.Content>
      </Tabs.Root>
    </>
  )
}

function KeysPane() {
  const text = useText()
  const [isCreating, setCreating] = useState(false)
  const [removing, setRemoving] = useState<Key | null>(null)
  const query = useQuery(useReads().keys())
  const remove = useChange((id: string) => kurir.delete('/v1/keys/{id}', { params: { path: { id } } }), {
    stale: [['keys']],
    done: () => setRemoving(null),
  })
  const create = (
    <Button look="main" icon="plus" onClick={() => setCreating(true)}>
      {text.keys.new}
    </Button>
  )
  return (
    <>
      <ListPane intro={text.keys.hint} action={create}>
        <Table
          name={text.keys.title}
          columns={columnsOf(text, setRemoving)}
          query={query}
          empty={{ title: text.keys.emptyTitle, text: text.keys.emptyText }}
        />
      </ListPane>
      {isCreating && <CreateKey onClose={() => setCreating(false)} />}
      {removing && (
        <ConfirmDialog
          title={text.keys.remove}
          text={text.keys.removeText(removing.name)}
          onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate(removing.id)}
        />
      )}
    </>
  )
}

function columnsOf(text: Dictionary, onRemove: (key: Key) => void): Column<Key>[] {
  return [
    { label: text.keys.name, role: 'name', cell: ({ name }) => name },
    { label: text.keys.may, cell: ({ dialect, scopes }) => <Tags words={dialect ? [dialect] : scopes} /> },
    { label: text.webhooks.session, cell: ({ session }) => session ?? text.all },
    { label: text.sessions.created, cell: (key) => <Ago at={key.created_at} /> },
    {
      label: text.remove,
      role: 'act',
      cell: (key) => (
        <Button look="quiet" icon="trash" aria-label={`${text.remove}: ${key.name}`} onClick={() => onRemove(key)} />
      ),
    },
  ]
}

import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { path } from '../api/call.ts'
import { useChange, useRead } from '../api/queries.ts'
import type { Key, Page } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMay } from '../me.tsx'
import { Button } from '../ui/button.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Ago } from '../ui/time.tsx'
import { CreateKey } from './keys/create.tsx'
import { TenantsPane } from './keys/tenants.tsx'
import { UsagePane } from './keys/usage.tsx'
import { ConfirmDialog } from './session/confirm.tsx'

/** Who may call, whose everything is, and what is used. */
export function KeysPage() {
  const text = useText()
  const isAdmin = useMay('admin')
  return (
    <>
      <div className="head">
        <h1>{text.nav.keys}</h1>
      </div>
      <Tabs.Root defaultValue={isAdmin ? 'keys' : 'usage'}>
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
  const query = useRead<Page<Key>>('/v1/keys?limit=200')
  const remove = useChange<null>(['/v1/keys'], () => setRemoving(null))
  const create = (
    <Button look="main" icon="plus" onClick={() => setCreating(true)}>
      {text.keys.new}
    </Button>
  )
  return (
    <div className="stack">
      <div className="row row-between">
        <p className="muted">{text.keys.hint}</p>
        {create}
      </div>
      <Loaded query={query}>
        {({ data }) => (
          <div className="panel">
            {data.length === 0 ? (
              <Empty title={text.keys.emptyTitle}>{text.keys.emptyText}</Empty>
            ) : (
              <KeyTable keys={data} onRemove={setRemoving} />
            )}
          </div>
        )}
      </Loaded>
      {isCreating && <CreateKey onClose={() => setCreating(false)} />}
      {removing && (
        <ConfirmDialog
          title={text.remove}
          text={text.keys.removeText(removing.name)}
          onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate({ method: 'DELETE', address: path`/v1/keys/${removing.id}` })}
        />
      )}
    </div>
  )
}

function KeyTable({ keys, onRemove }: { keys: Key[]; onRemove: (key: Key) => void }) {
  const text = useText()
  return (
    <div className="table-box">
      <table className="cards">
        <thead>
          <tr>
            <th>{text.keys.name}</th>
            <th>{text.keys.may}</th>
            <th>{text.webhooks.session}</th>
            <th>{text.sessions.created}</th>
            <th>
              <span className="skip">{text.remove}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td data-label={text.keys.name}>{key.name}</td>
              <td data-label={text.keys.may}>
                <span className="row">
                  {(key.dialect ? [key.dialect] : key.scopes).map((word) => (
                    <span className="tag" key={word}>
                      {word}
                    </span>
                  ))}
                </span>
              </td>
              <td data-label={text.webhooks.session}>{key.session ?? text.all}</td>
              <td data-label={text.sessions.created}>
                <Ago at={key.created_at} />
              </td>
              <td className="right">
                <Button
                  look="quiet"
                  icon="trash"
                  aria-label={`${text.remove}: ${key.name}`}
                  onClick={() => onRemove(key)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { path } from '../../api/kurir.ts'
import { gatewayReads } from '../../api/reads.ts'
import type { Tenant } from '../../api/types.ts'
import type { Dictionary } from '../../i18n/en.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { ListPane } from '../../ui/list-page.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { QUOTAS, TenantDialog } from './tenant-form.tsx'

/** Customers whose things nobody else sees. */
export function TenantsPane() {
  const text = useText()
  const [isCreating, setCreating] = useState(false)
  const [, go] = useLocation()
  const query = useQuery(gatewayReads.tenants())
  const create = (
    <Button look="main" icon="plus" onClick={() => setCreating(true)}>
      {text.keys.newTenant}
    </Button>
  )
  return (
    <>
      <ListPane intro={text.keys.tenantsHint} action={create}>
        <Table
          name={text.keys.tenants}
          columns={columnsOf(text)}
          query={query}
          empty={{ title: text.keys.tenants, text: text.keys.tenantsHint }}
        />
      </ListPane>
      {isCreating && (
        <TenantDialog tenant={null} onClose={() => setCreating(false)} onSaved={({ id }) => go(path`/tenants/${id}`)} />
      )}
    </>
  )
}

function columnsOf({ keys: text, sessions: { created } }: Dictionary): Column<Tenant>[] {
  return [
    {
      label: text.name,
      role: 'name',
      cell: ({ id, name }) => (
        <>
          <Link href={path`/tenants/${id}`}>{name}</Link>
          <div className="mono muted small">{id}</div>
        </>
      ),
    },
    ...QUOTAS.map((name) => ({
      label: text.quotas[name],
      cell: ({ quotas }: Tenant) => quotas[name] ?? <span className="muted">{text.asGateway}</span>,
    })),
    { label: created, cell: (tenant) => <Ago at={tenant.created_at} /> },
  ]
}

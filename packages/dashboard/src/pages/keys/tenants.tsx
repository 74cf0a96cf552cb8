import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { path } from '../../api/kurir.ts'
import { gatewayReads } from '../../api/reads.ts'
import type { Tenant } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { ListPane } from '../../ui/list-page.tsx'
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
      <ListPane
        intro={text.keys.tenantsHint}
        action={create}
        query={query}
        empty={{ title: text.keys.tenants, text: text.keys.tenantsHint }}
      >
        {(tenants) => <TenantTable tenants={tenants} />}
      </ListPane>
      {isCreating && (
        <TenantDialog tenant={null} onClose={() => setCreating(false)} onSaved={({ id }) => go(path`/tenants/${id}`)} />
      )}
    </>
  )
}

function TenantTable({ tenants }: { tenants: Tenant[] }) {
  const text = useText()
  return (
    <div className="table-box">
      <table className="cards">
        <thead>
          <tr>
            <th>{text.keys.name}</th>
            {QUOTAS.map((name) => (
              <th key={name}>{text.keys.quotas[name]}</th>
            ))}
            <th>{text.sessions.created}</th>
          </tr>
        </thead>
        <tbody>
          {tenants.map((tenant) => (
            <tr key={tenant.id}>
              <td className="name">
                <Link href={path`/tenants/${tenant.id}`}>{tenant.name}</Link>
                <div className="mono muted small">{tenant.id}</div>
              </td>
              {QUOTAS.map((name) => (
                <td key={name} data-label={text.keys.quotas[name]}>
                  {tenant.quotas[name] ?? <span className="muted">{text.keys.asGateway}</span>}
                </td>
              ))}
              <td data-label={text.sessions.created}>
                <Ago at={tenant.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

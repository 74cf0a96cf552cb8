import { type FormEvent, useState } from 'react'
import { path } from '../../api/call.ts'
import { useChange, useRead } from '../../api/queries.ts'
import type { Page, QuotaName, Tenant } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/states.tsx'

const QUOTAS: QuotaName[] = ['messages_per_day', 'messages_per_month', 'number_checks_per_month']

/** Customers whose things nobody else sees. */
export function TenantsPane() {
  const text = useText()
  const [edited, setEdited] = useState<Tenant | 'new' | null>(null)
  const query = useRead<Page<Tenant>>('/v1/tenants?limit=200')
  return (
    <div className="stack">
      <div className="row row-between">
        <p className="muted">{text.keys.tenantsHint}</p>
        <Button look="main" icon="plus" onClick={() => setEdited('new')}>
          {text.keys.newTenant}
        </Button>
      </div>
      <Loaded query={query}>
        {({ data }) => (
          <div className="panel table-box">
            <table className="cards">
              <thead>
                <tr>
                  <th>{text.keys.name}</th>
                  <th>{text.sessions.id}</th>
                  {QUOTAS.map((name) => (
                    <th key={name}>{text.keys.quotas[name]}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.map((tenant) => (
                  <tr key={tenant.id}>
                    <td data-label={text.keys.name}>
                      <Button look="link" onClick={() => setEdited(tenant)}>
                        {tenant.name}
                      </Button>
                    </td>
                    <td data-label={text.sessions.id} className="mono">
                      {tenant.id}
                    </td>
                    {QUOTAS.map((name) => (
                      <td key={name} data-label={text.keys.quotas[name]}>
                        {tenant.quotas[name] ?? <span className="muted">{text.keys.asGateway}</span>}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {edited && <TenantDialog tenant={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </div>
  )
}

function TenantDialog({ tenant, onClose }: { tenant: Tenant | null; onClose: () => void }) {
  const text = useText()
  const [id, setId] = useState('')
  const [name, setName] = useState(tenant?.name ?? '')
  const [quotas, setQuotas] = useState(() =>
    Object.fromEntries(QUOTAS.map((quota) => [quota, String(tenant?.quotas[quota] ?? '')])),
  )
  const save = useChange<Tenant>(['/v1/tenants', '/v1/usage'], onClose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const limits = QUOTAS.map((quota) => [quota, quotas[quota] ? Number(quotas[quota]) : null])
    const body = { name, quotas: Object.fromEntries(limits) }
    if (tenant) save.mutate({ method: 'PATCH', address: path`/v1/tenants/${tenant.id}`, body })
    else save.mutate({ method: 'POST', address: '/v1/tenants', body: { ...body, ...(id ? { id } : {}) } })
  }
  return (
    <Dialog title={tenant?.name ?? text.keys.newTenant} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={text.keys.name}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {!tenant && (
          <TextField
            label={`${text.sessions.id} (${text.optional})`}
            pattern="[A-Za-z0-9][A-Za-z0-9_\-]{0,63}"
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        )}
        {QUOTAS.map((quota) => (
          <TextField
            key={quota}
            label={text.keys.quotas[quota]}
            type="number"
            min={0}
            placeholder={text.keys.asGateway}
            value={quotas[quota]}
            onChange={(event) => setQuotas({ ...quotas, [quota]: event.target.value })}
          />
        ))}
        <p className="hint">{text.keys.quotaHint}</p>
        <div className="dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="main" busy={save.isPending}>
            {text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

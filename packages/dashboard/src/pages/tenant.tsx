import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { gatewayReads } from '../api/reads.ts'
import type { Tenant } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useReads, useVisit } from '../me.tsx'
import { Button } from '../ui/button.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Clock } from '../ui/time.tsx'
import { QUOTAS, TenantDialog } from './keys/tenant-form.tsx'
import { UsageFigures } from './keys/usage.tsx'

/** One tenant: its quotas, what it uses of them, and the way to its things. */
export function TenantPage({ id }: { id: string }) {
  const text = useText()
  const query = useQuery(gatewayReads.tenants())
  return (
    <Loaded query={query}>
      {({ data }) => {
        const tenant = data.find((one) => one.id === id)
        return tenant ? <Shown tenant={tenant} /> : <Empty title={text.notFound}>{text.notFoundHint}</Empty>
      }}
    </Loaded>
  )
}

function Shown({ tenant }: { tenant: Tenant }) {
  const text = useText()
  const [isEditing, setEditing] = useState(false)
  const { tenant: viewed, look } = useVisit()
  const [, go] = useLocation()
  const usage = useQuery(useReads().usageOf(tenant.id))
  const visit = () => {
    look(tenant.id)
    go('/')
  }
  return (
    <>
      <div className="head">
        <Link className="crumb" href="/keys/tenants">
          {text.keys.tenants}
        </Link>
        <h1>{tenant.name}</h1>
        {viewed !== tenant.id && <Button onClick={visit}>{text.keys.look}</Button>}
        <Button onClick={() => setEditing(true)}>{text.edit}</Button>
      </div>
      <div className="stack">
        <h2>{text.keys.usage}</h2>
        <Loaded query={usage}>{(shown) => <UsageFigures usage={shown} />}</Loaded>
        <h2>{text.keys.settings}</h2>
        <dl className="panel pad facts">
          <dt>{text.sessions.id}</dt>
          <dd className="mono">{tenant.id}</dd>
          {QUOTAS.map((name) => (
            <Fact key={name} label={text.keys.quotas[name]} value={quotaOf(tenant.quotas[name])} />
          ))}
          <Fact label={text.keys.countryCode} value={`+${tenant.country_code}`} />
          <Fact label={text.answers.timezone} value={tenant.time_zone} />
          <dt>{text.sessions.created}</dt>
          <dd>
            <Clock at={tenant.created_at} />
          </dd>
        </dl>
      </div>
      {isEditing && (
        <TenantDialog tenant={tenant} onClose={() => setEditing(false)} onSaved={() => setEditing(false)} />
      )}
    </>
  )

  function quotaOf(limit: number | null): string {
    if (limit === null) return text.keys.asGateway
    return limit === 0 ? text.keys.noLimit : String(limit)
  }
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  )
}

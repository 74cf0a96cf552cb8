import { useQuery } from '@tanstack/react-query'
import { gatewayReads } from './api/reads.ts'
import { useText } from './i18n/text.tsx'
import { useMe, useOther, useVisit } from './me.tsx'
import { Button } from './ui/button.tsx'
import { Choice } from './ui/choice.tsx'

/** Chooses whose things are looked at, for admin keys where there are several tenants. */
export function TenantSwitch() {
  const text = useText()
  const { scopes } = useMe()
  const { tenant, look } = useVisit()
  const isAdmin = scopes.includes('admin')
  const { data } = useQuery({ ...gatewayReads.tenants(), enabled: isAdmin })
  const tenants = data?.data ?? []
  if (tenants.length < 2) return null
  return (
    <Choice
      className="tenant-switch"
      label={text.keys.tenant}
      value={tenant}
      options={tenants.map(({ id, name }) => [id, name])}
      onChange={look}
    />
  )
}

/** Says that another tenant is looked at, and leads back. */
export function OtherTenantNote() {
  const text = useText()
  const { me, look } = useVisit()
  const other = useOther()
  const { data } = useQuery({ ...gatewayReads.tenants(), enabled: other !== undefined })
  if (other === undefined) return null
  const name = data?.data.find(({ id }) => id === other)?.name ?? other
  return (
    <div className="note note-accent row row-between other-note" role="status">
      <span className="grow">{text.otherTenant(name)}</span>
      <Button onClick={() => look(me.tenant)}>{text.backToOwn}</Button>
    </div>
  )
}

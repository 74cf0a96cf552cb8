import { type FormEvent, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import type { QuotaName, Tenant } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'

export const QUOTAS: QuotaName[] = ['messages_per_day', 'messages_per_month', 'number_checks_per_month']

interface TenantDialogProps {
  /** Null for a new one. */
  tenant: Tenant | null
  onClose: () => void
  onSaved: (tenant: Tenant) => void
}

/** Makes a tenant, or changes its name and quotas. */
export function TenantDialog({ tenant, onClose, onSaved }: TenantDialogProps) {
  const text = useText()
  const [id, setId] = useState('')
  const [name, setName] = useState(tenant?.name ?? '')
  const [quotas, setQuotas] = useState(() =>
    Object.fromEntries(QUOTAS.map((quota) => [quota, String(tenant?.quotas[quota] ?? '')])),
  )
  const save = useChange(
    () => {
      const limits = QUOTAS.map((quota) => [quota, quotas[quota] ? Number(quotas[quota]) : null])
      const body = { name, quotas: Object.fromEntries(limits) as Tenant['quotas'] }
      return tenant
        ? kurir.patch('/v1/tenants/{tenant}', { params: { path: { tenant: tenant.id } }, body })
        : kurir.post('/v1/tenants', { body: { ...body, ...(id ? { id } : {}) } })
    },
    { stale: [['tenants'], ['usage']], done: onSaved },
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
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
            hint={text.sessions.idHint}
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

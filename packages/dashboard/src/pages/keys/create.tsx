import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import { gatewayReads } from '../../api/reads.ts'
import type { Body, CreatedKey, Scope } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { useVisit } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyBox } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { curlOf, DIALECTS, type DialectName } from './curl.ts'

type NewKey = Body<'/v1/keys', 'post'>

const SCOPES: Scope[] = ['admin', 'manage', 'send', 'read']

/** Makes a key, of the API or of a dialect, and shows it this once. */
export function CreateKey({ onClose }: { onClose: () => void }) {
  const text = useText()
  const create = useChange((body: NewKey) => kurir.post('/v1/keys', { body }), { stale: [['keys']] })
  return (
    <Dialog title={text.keys.new} onClose={onClose} wide>
      {create.data ? (
        <KeyShown created={create.data} onClose={onClose} />
      ) : (
        <KeyForm isBusy={create.isPending} onClose={onClose} onCreate={(body) => create.mutate(body)} />
      )}
    </Dialog>
  )
}

interface KeyFormProps {
  isBusy: boolean
  onClose: () => void
  onCreate: (body: NewKey) => void
}

function KeyForm({ isBusy, onClose, onCreate }: KeyFormProps) {
  const text = useText()
  const { tenant: own } = useVisit()
  const [name, setName] = useState('')
  const [tenant, setTenant] = useState(own)
  const [session, setSession] = useState('')
  const [dialect, setDialect] = useState<DialectName | ''>('')
  const [scopes, setScopes] = useState<Scope[]>(['send', 'read'])
  const sessions = useQuery(gatewayReads.sessionsOf(tenant))
  const tenants = useQuery(gatewayReads.tenants())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onCreate({ name, tenant, ...(session ? { session } : {}), ...(dialect ? { dialect } : { scopes }) })
  }
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope])
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={text.keys.name}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField
        label={text.keys.api}
        value={dialect}
        onChange={(event) => setDialect(event.target.value as DialectName | '')}
      >
        <option value="">{text.keys.native}</option>
        {DIALECTS.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </SelectField>
      {dialect === '' && <ScopeChoice scopes={scopes} onToggle={toggle} />}
      <SelectField label={text.keys.tenant} value={tenant} onChange={(event) => setTenant(event.target.value)}>
        {(tenants.data?.data ?? [{ id: own, name: own }]).map(({ id, name: shown }) => (
          <option key={id} value={id}>
            {shown}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={text.keys.bound}
        hint={text.keys.boundHint}
        value={session}
        onChange={(event) => setSession(event.target.value)}
      >
        <option value="">{text.all}</option>
        {sessions.data?.data.map(({ id, name: shown }) => (
          <option key={id} value={id}>
            {shown ?? id}
          </option>
        ))}
      </SelectField>
      <div className="dialog-end">
        <Button onClick={onClose}>{text.cancel}</Button>
        <Button type="submit" look="main" busy={isBusy} disabled={dialect === '' && scopes.length === 0}>
          {text.create}
        </Button>
      </div>
    </form>
  )
}

function ScopeChoice({ scopes, onToggle }: { scopes: Scope[]; onToggle: (scope: Scope) => void }) {
  const text = useText()
  return (
    <fieldset className="stack-s">
      <legend className="legend">{text.keys.may}</legend>
      {SCOPES.map((scope) => (
        <label className="row row-tight" key={scope}>
          <input type="checkbox" checked={scopes.includes(scope)} onChange={() => onToggle(scope)} />
          <span className="mono">{scope}</span>
          <span className="muted small grow">{text.keys.scopes[scope]}</span>
        </label>
      ))}
    </fieldset>
  )
}

const SECRETS = ['key', 'client_id', 'client_secret', 'token', 'session_id', 'access_token'] as const

function KeyShown({ created, onClose }: { created: CreatedKey; onClose: () => void }) {
  const text = useText()
  return (
    <div className="stack">
      <p className="note note-accent">{text.keys.once}</p>
      {SECRETS.map((name) => {
        const value = created[name]
        return value === undefined ? null : <CopyBox key={name} label={name} value={value} />
      })}
      <CopyBox label={text.keys.curl} value={curlOf(created)} />
      <div className="dialog-end">
        <Button look="main" onClick={onClose}>
          {text.close}
        </Button>
      </div>
    </div>
  )
}

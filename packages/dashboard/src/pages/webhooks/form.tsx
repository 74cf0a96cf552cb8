import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import { type Body, EVENT_TYPES } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { useReads } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyBox } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'

type NewWebhook = Body<'/v1/webhooks', 'post'>

/** Registers a webhook, and shows its secret this once. */
export function CreateWebhook({ onClose }: { onClose: () => void }) {
  const text = useText()
  const create = useChange((body: NewWebhook) => kurir.post('/v1/webhooks', { body }), { stale: [['webhooks']] })
  return (
    <Dialog title={text.webhooks.new} onClose={onClose} wide>
      {create.data?.secret ? (
        <SecretShown secret={create.data.secret} onClose={onClose} />
      ) : (
        <CreateForm isBusy={create.isPending} onClose={onClose} onCreate={create.mutate} />
      )}
    </Dialog>
  )
}

interface CreateFormProps {
  isBusy: boolean
  onClose: () => void
  onCreate: (body: NewWebhook) => void
}

function CreateForm({ isBusy, onClose, onCreate }: CreateFormProps) {
  const text = useText()
  const [url, setUrl] = useState('')
  const [session, setSession] = useState('')
  const [events, setEvents] = useState<string[]>(['*'])
  const sessions = useQuery(useReads().sessions())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onCreate({ url: url.trim(), events, ...(session ? { session } : {}) })
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={text.webhooks.url}
        hint={text.webhooks.urlHint}
        type="url"
        required
        placeholder="https://example.com/hooks/kurir"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <SelectField label={text.webhooks.session} value={session} onChange={(event) => setSession(event.target.value)}>
        <option value="">{text.all}</option>
        {sessions.data?.data.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </SelectField>
      <EventChoice chosen={events} onChange={setEvents} />
      <div className="dialog-end">
        <Button onClick={onClose}>{text.cancel}</Button>
        <Button type="submit" look="main" busy={isBusy} disabled={events.length === 0}>
          {text.create}
        </Button>
      </div>
    </form>
  )
}

/** Which events are posted: all, or some. */
export function EventChoice({ chosen, onChange }: { chosen: string[]; onChange: (chosen: string[]) => void }) {
  const text = useText()
  const isAll = chosen.includes('*')
  const isAmong = (name: string) => chosen.includes(name)
  const family = (name: string) => `${name.split('.', 1)[0]}.*`
  const isOn = (name: string) => isAmong(name) || isAmong(family(name))
  const toggle = (name: string) => {
    const single: string[] = EVENT_TYPES.filter(isOn)
    onChange(isOn(name) ? single.filter((other) => other !== name) : [...single, name])
  }
  return (
    <fieldset className="stack-s">
      <legend className="legend">{text.webhooks.events}</legend>
      <div className="checks">
        <label>
          <input type="radio" checked={isAll} onChange={() => onChange(['*'])} />
          {text.webhooks.allEvents}
        </label>
        <label>
          <input type="radio" checked={!isAll} onChange={() => onChange(['message.received'])} />
          {text.webhooks.someEvents}
        </label>
      </div>
      {!isAll && (
        <div className="checks mono">
          {EVENT_TYPES.map((name) => (
            <label key={name}>
              <input type="checkbox" checked={isOn(name)} onChange={() => toggle(name)} />
              {name}
            </label>
          ))}
        </div>
      )}
    </fieldset>
  )
}

/** A webhook's secret, which is not shown again. */
export function SecretShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  const text = useText()
  return (
    <div className="stack">
      <p className="note note-accent">{text.webhooks.secretOnce}</p>
      <CopyBox label={text.webhooks.secret} value={secret} />
      <div className="dialog-end">
        <Button look="main" onClick={onClose}>
          {text.close}
        </Button>
      </div>
    </div>
  )
}

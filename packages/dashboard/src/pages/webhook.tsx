import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { path } from '../api/call.ts'
import { useChange, useRead } from '../api/queries.ts'
import type { TestResult, Webhook } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'
import { Loaded } from '../ui/states.tsx'
import { Clock } from '../ui/time.tsx'
import { ConfirmDialog } from './session/confirm.tsx'
import { DeliveryList } from './webhooks/deliveries.tsx'
import { EventChoice, SecretShown } from './webhooks/form.tsx'
import { WebhookState } from './webhooks.tsx'

/** One webhook: what is posted there, its secret, and what became of each delivery. */
export function WebhookPage({ id }: { id: string }) {
  const text = useText()
  const query = useRead<Webhook>(path`/v1/webhooks/${id}`)
  const [state, setState] = useState('')
  const address = `${path`/v1/webhooks/${id}/deliveries`}?${state ? `status=${state}` : ''}`
  return (
    <>
      <div className="head">
        <Link className="crumb" href="/webhooks">
          {text.webhooks.title}
        </Link>
        <h1>{query.data?.url ?? id}</h1>
        {query.data && <WebhookState webhook={query.data} />}
      </div>
      <div className="stack">
        <Loaded query={query}>{(webhook) => <WebhookPanel webhook={webhook} />}</Loaded>
        <div className="row row-between">
          <h2>{text.webhooks.deliveries}</h2>
          <select
            className="input input-s"
            aria-label={text.webhooks.state}
            value={state}
            onChange={(event) => setState(event.target.value)}
          >
            <option value="">{text.all}</option>
            {Object.entries(text.webhooks.states).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <DeliveryList key={address} address={address} emptyTitle={text.webhooks.noDeliveries} />
      </div>
    </>
  )
}

type Question = 'edit' | 'rotate' | 'recover' | 'remove' | null

function WebhookPanel({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const [question, setQuestion] = useState<Question>(null)
  const [, go] = useLocation()
  const address = path`/v1/webhooks/${webhook.id}`
  const change = useChange<Webhook>(['/v1/webhooks'])
  const test = useChange<TestResult>([])
  const remove = useChange<null>(['/v1/webhooks'], () => go('/webhooks'))
  const close = () => setQuestion(null)
  return (
    <section className="panel pad stack">
      <dl className="facts">
        <dt>{text.webhooks.events}</dt>
        <dd className="mono">{webhook.events.join(', ')}</dd>
        <dt>{text.webhooks.session}</dt>
        <dd>{webhook.session ?? text.all}</dd>
        <dt>{text.webhooks.secret}</dt>
        <dd>{webhook.previous_secret_until ? text.webhooks.rotating : text.webhooks.secretHidden}</dd>
        <dt>{text.webhooks.made}</dt>
        <dd>
          <Clock at={webhook.created_at} />
        </dd>
      </dl>
      <div className="row">
        <Button busy={test.isPending} onClick={() => test.mutate({ method: 'POST', address: `${address}/test` })}>
          {text.webhooks.test}
        </Button>
        <Button onClick={() => setQuestion('edit')}>{text.edit}</Button>
        <Button onClick={() => setQuestion('rotate')}>{text.webhooks.rotate}</Button>
        <Button onClick={() => setQuestion('recover')}>{text.webhooks.recover}</Button>
        <Button
          onClick={() => change.mutate({ method: 'PATCH', address, body: { disabled: webhook.disabled_at === null } })}
        >
          {webhook.disabled_at === null ? text.webhooks.disable : text.webhooks.enable}
        </Button>
        <Button look="bad" onClick={() => setQuestion('remove')}>
          {text.remove}
        </Button>
      </div>
      {test.data && <TestShown result={test.data} />}
      {question === 'edit' && <EditDialog webhook={webhook} onClose={close} />}
      {question === 'rotate' && <RotateDialog address={address} onClose={close} />}
      {question === 'recover' && <RecoverDialog address={address} onClose={close} />}
      {question === 'remove' && (
        <ConfirmDialog
          title={text.remove}
          text={text.webhooks.removeText}
          onClose={close}
          onConfirm={() => remove.mutate({ method: 'DELETE', address })}
        />
      )}
    </section>
  )
}

function TestShown({ result }: { result: TestResult }) {
  const text = useText()
  const { delivered, status, error, took_ms: took } = result
  const outcome = delivered ? text.webhooks.testWell : text.webhooks.testFailed
  return (
    <p className={`note ${delivered ? 'note-accent' : 'note-bad'}`} role="status">
      {[outcome, status, error, `${took} ms`].filter((part) => part !== null).join(' · ')}
    </p>
  )
}

function EditDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const text = useText()
  const [url, setUrl] = useState(webhook.url)
  const [events, setEvents] = useState(webhook.events)
  const save = useChange<Webhook>(['/v1/webhooks'], onClose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ method: 'PATCH', address: path`/v1/webhooks/${webhook.id}`, body: { url, events } })
  }
  return (
    <Dialog title={text.edit} onClose={onClose} wide>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={text.webhooks.url}
          type="url"
          required
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <EventChoice chosen={events} onChange={setEvents} />
        <div className="dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="main" busy={save.isPending} disabled={events.length === 0}>
            {text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function RotateDialog({ address, onClose }: { address: string; onClose: () => void }) {
  const text = useText()
  const rotate = useChange<Webhook>(['/v1/webhooks'])
  return (
    <Dialog title={text.webhooks.rotate} onClose={onClose}>
      {rotate.data?.secret ? (
        <SecretShown secret={rotate.data.secret} onClose={onClose} />
      ) : (
        <div className="stack">
          <p>{text.webhooks.rotateText}</p>
          <div className="dialog-end">
            <Button onClick={onClose}>{text.cancel}</Button>
            <Button
              look="main"
              busy={rotate.isPending}
              onClick={() => rotate.mutate({ method: 'POST', address: `${address}/rotate-secret` })}
            >
              {text.webhooks.rotate}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}

function RecoverDialog({ address, onClose }: { address: string; onClose: () => void }) {
  const text = useText()
  const [since, setSince] = useState('')
  const recover = useChange<{ recovered: number }>(['/v1/webhooks', '/v1/deliveries'], ({ recovered }) => {
    notify(text.webhooks.recovered(recovered))
    onClose()
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { since: new Date(since).toISOString() }
    recover.mutate({ method: 'POST', address: `${address}/recover`, body })
  }
  return (
    <Dialog title={text.webhooks.recover} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={text.webhooks.since}
          hint={text.webhooks.recoverText}
          type="datetime-local"
          required
          value={since}
          onChange={(event) => setSince(event.target.value)}
        />
        <div className="dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="main" busy={recover.isPending}>
            {text.webhooks.recover}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

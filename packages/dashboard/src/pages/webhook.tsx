import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { kurir } from '../api/kurir.ts'
import { useChange } from '../api/queries.ts'
import { DELIVERY_STATUSES, type DeliveryStatus } from '../api/reads.ts'
import type { TestResult, Webhook } from '../api/types.ts'
import { reasonIn } from '../i18n/reasons.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useReads } from '../me.tsx'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choice.tsx'
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
  const reads = useReads()
  const query = useQuery(reads.webhook(id))
  const [state, setState] = useState<DeliveryStatus | ''>('')
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
          <Choice
            label={text.webhooks.state}
            value={state}
            options={[['', text.all], ...DELIVERY_STATUSES.map((name) => [name, text.webhooks.states[name]] as const)]}
            onChange={setState}
          />
        </div>
        <DeliveryList
          key={state}
          deliveries={reads.deliveriesOf(id, state || undefined)}
          empty={{ title: text.webhooks.noDeliveries, text: text.webhooks.deliveriesText }}
        />
      </div>
    </>
  )
}

function WebhookPanel({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const mayManage = useMay('manage')
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
      {mayManage && <Actions webhook={webhook} />}
    </section>
  )
}

type Question = 'edit' | 'rotate' | 'recover' | 'remove' | null

function Actions({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const [question, setQuestion] = useState<Question>(null)
  const [, go] = useLocation()
  const { id } = webhook
  const at = { params: { path: { id } } }
  const stale = [['webhooks'], ['deliveries']]
  const isOn = webhook.disabled_at === null
  const change = useChange(() => kurir.patch('/v1/webhooks/{id}', { ...at, body: { disabled: isOn } }), { stale })
  const test = useChange(() => kurir.post('/v1/webhooks/{id}/test', at))
  const remove = useChange(() => kurir.delete('/v1/webhooks/{id}', at), { stale, done: () => go('/webhooks') })
  const close = () => setQuestion(null)
  return (
    <>
      <div className="row">
        <Button busy={test.isPending} onClick={() => test.mutate()}>
          {text.webhooks.test}
        </Button>
        <Button onClick={() => setQuestion('edit')}>{text.edit}</Button>
        <Button onClick={() => setQuestion('rotate')}>{text.webhooks.rotate}</Button>
        <Button onClick={() => setQuestion('recover')}>{text.webhooks.recover}</Button>
        <Button onClick={() => change.mutate()}>{isOn ? text.webhooks.disable : text.webhooks.enable}</Button>
        <Button look="bad" onClick={() => setQuestion('remove')}>
          {text.remove}
        </Button>
      </div>
      {test.data && <TestShown result={test.data} />}
      {question === 'edit' && <EditDialog webhook={webhook} onClose={close} />}
      {question === 'rotate' && <RotateDialog id={id} onClose={close} />}
      {question === 'recover' && <RecoverDialog id={id} onClose={close} />}
      {question === 'remove' && (
        <ConfirmDialog
          title={text.webhooks.remove}
          text={text.webhooks.removeText}
          onClose={close}
          onConfirm={() => remove.mutate()}
        />
      )}
    </>
  )
}

function TestShown({ result }: { result: TestResult }) {
  const text = useText()
  const { delivered, status, error, took_ms: took } = result
  const outcome = delivered ? text.webhooks.testWell : text.webhooks.testFailed
  return (
    <p className={`note ${delivered ? 'note-accent' : 'note-bad'}`} role="status">
      {[outcome, status, error && reasonIn(text, error), `${took} ms`].filter((part) => part !== null).join(' · ')}
    </p>
  )
}

function EditDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const text = useText()
  const [url, setUrl] = useState(webhook.url)
  const [events, setEvents] = useState(webhook.events)
  const save = useChange(
    () => kurir.patch('/v1/webhooks/{id}', { params: { path: { id: webhook.id } }, body: { url, events } }),
    { stale: [['webhooks']], done: onClose },
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
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

function RotateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const text = useText()
  const rotate = useChange(
    () => kurir.post('/v1/webhooks/{id}/rotate-secret', { params: { path: { id } }, body: {} }),
    { stale: [['webhooks']] },
  )
  return (
    <Dialog title={text.webhooks.rotate} onClose={onClose}>
      {rotate.data?.secret ? (
        <SecretShown secret={rotate.data.secret} onClose={onClose} />
      ) : (
        <div className="stack">
          <p>{text.webhooks.rotateText}</p>
          <div className="dialog-end">
            <Button onClick={onClose}>{text.cancel}</Button>
            <Button look="main" busy={rotate.isPending} onClick={() => rotate.mutate()}>
              {text.webhooks.rotate}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}

function RecoverDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const text = useText()
  const [since, setSince] = useState('')
  const recover = useChange(
    () => {
      const body = { since: new Date(since).toISOString() }
      return kurir.post('/v1/webhooks/{id}/recover', { params: { path: { id } }, body })
    },
    {
      stale: [['deliveries']],
      done: ({ recovered }) => {
        notify(text.webhooks.recovered(recovered))
        onClose()
      },
    },
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    recover.mutate()
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
            {text.webhooks.redeliver}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

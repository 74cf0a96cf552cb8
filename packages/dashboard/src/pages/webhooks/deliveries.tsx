import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { type Pages, usePages } from '../../api/pages.ts'
import { useChange } from '../../api/queries.ts'
import type { Delivery, WholeDelivery } from '../../api/types.ts'
import type { Dictionary } from '../../i18n/en.ts'
import { reasonIn } from '../../i18n/reasons.ts'
import { useText } from '../../i18n/text.tsx'
import { useMay, useReads } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Loaded } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Clock } from '../../ui/time.tsx'

const TONES = { delivered: 'good', pending: 'warn', dead: 'bad' } as const

interface DeliveryListProps {
  deliveries: Pages<Delivery>
  /** Whether they are of several webhooks. */
  withUrl?: boolean
  empty: { title: string; text: string }
}

/** What became of deliveries; each can be made once more. */
export function DeliveryList({ deliveries, withUrl = false, empty }: DeliveryListProps) {
  const [shown, setShown] = useState<string | null>(null)
  const text = useText()
  const { query, more } = usePages(deliveries)
  return (
    <>
      <Table
        name={text.webhooks.deliveries}
        columns={columnsOf(text, withUrl, setShown)}
        query={query}
        more={more}
        empty={empty}
      />
      {shown !== null && <DeliveryDialog id={shown} onClose={() => setShown(null)} />}
    </>
  )
}

function columnsOf(text: Dictionary, withUrl: boolean, onShow: (id: string) => void): Column<Delivery>[] {
  const { webhooks } = text
  const url: Column<Delivery> = { label: webhooks.url, breaks: true, cell: (delivery) => delivery.url }
  return [
    {
      label: webhooks.event,
      role: 'name',
      cell: ({ id, type }) => (
        <Button look="link" className="mono" onClick={() => onShow(id)}>
          {type}
        </Button>
      ),
    },
    { label: webhooks.state, role: 'badge', cell: (delivery) => <DeliveryState delivery={delivery} /> },
    ...(withUrl ? [url] : []),
    { label: webhooks.attempts, cell: ({ attempts }) => attempts },
    { label: webhooks.answer, breaks: true, cell: (delivery) => answerOf(delivery, text) },
    { label: webhooks.made, cell: (delivery) => <Clock at={delivery.created_at} seconds /> },
  ]
}

function DeliveryState({ delivery: { status } }: { delivery: Delivery }) {
  const text = useText()
  return <span className={`badge badge-${TONES[status]}`}>{text.webhooks.states[status]}</span>
}

/** What the last attempt came to, in one line. */
function answerOf({ last_status: status, last_error: error }: Delivery, text: Dictionary): string {
  return [status, error && reasonIn(text, error)].filter((part) => part !== null).join(' · ') || '–'
}

function DeliveryDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const text = useText()
  const query = useQuery(useReads().delivery(id))
  const mayManage = useMay('manage')
  const again = useChange(() => kurir.post('/v1/deliveries/{id}/redeliver', { params: { path: { id } } }), {
    stale: [['deliveries']],
    done: onClose,
  })
  return (
    <Dialog title={text.webhooks.delivery} onClose={onClose} wide>
      <div className="stack">
        <Loaded query={query}>{(delivery) => <Whole delivery={delivery} />}</Loaded>
        <div className="dialog-end">
          <Button onClick={onClose}>{text.close}</Button>
          {mayManage && (
            <Button look="main" busy={again.isPending} onClick={() => again.mutate()}>
              {text.webhooks.redeliver}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

function Whole({ delivery }: { delivery: WholeDelivery }) {
  const text = useText()
  const { request, answer } = delivery
  return (
    <>
      <dl className="facts">
        <dt>{text.webhooks.state}</dt>
        <dd>
          <DeliveryState delivery={delivery} />
        </dd>
        <dt>{text.webhooks.event}</dt>
        <dd className="mono">{delivery.type}</dd>
        <dt>{text.webhooks.request}</dt>
        <dd className="mono">POST {delivery.url}</dd>
        <dt>webhook-id</dt>
        <dd className="mono">{delivery.event}</dd>
        <dt>{text.webhooks.attempts}</dt>
        <dd>{delivery.attempts}</dd>
        <dt>{text.webhooks.answer}</dt>
        <dd>{answerOf(delivery, text)}</dd>
        <dt>{text.webhooks.made}</dt>
        <dd>
          <Clock at={delivery.created_at} seconds />
        </dd>
        {delivery.due_at && <dt>{text.webhooks.due}</dt>}
        {delivery.due_at && (
          <dd>
            <Clock at={delivery.due_at} seconds />
          </dd>
        )}
      </dl>
      {request && <Body label={`${text.webhooks.posted} · ${request.content_type}`} body={request.body} />}
      {answer !== null && <Body label={text.webhooks.answered} body={answer} />}
    </>
  )
}

/** Lines that are shown without scrolling. */
const MOST_LINES = 14

function Body({ label, body }: { label: string; body: string }) {
  const shown = indented(body)
  const rows = Math.min(shown.split('\n').length, MOST_LINES)
  return <TextArea label={label} className="input body-text mono" readOnly rows={rows} value={shown} />
}

/** JSON over several lines; other texts as they are. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

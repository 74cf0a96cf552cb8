import { useState } from 'react'
import { path } from '../../api/call.ts'
import { useChange, useRead } from '../../api/queries.ts'
import type { Delivery, Page } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'

const TONES = { delivered: 'good', pending: 'warn', dead: 'bad' } as const
const OFTEN_MS = 3_000

interface DeliveryListProps {
  /** Of the list, with at least one parameter. */
  address: string
  emptyTitle: string
}

/** What became of deliveries; each can be made once more. */
export function DeliveryList({ address, emptyTitle }: DeliveryListProps) {
  const text = useText()
  const [limit, setLimit] = useState(50)
  const [shown, setShown] = useState<string | null>(null)
  const query = useRead<Page<Delivery>>(`${address}&limit=${limit}`, { every: OFTEN_MS })
  const delivery = query.data?.data.find(({ id }) => id === shown)
  return (
    <Loaded query={query}>
      {({ data, next_cursor: more }) => (
        <div className="panel">
          {data.length === 0 ? (
            <Empty title={emptyTitle}>{text.webhooks.deliveriesText}</Empty>
          ) : (
            <DeliveryTable deliveries={data} onShow={setShown} />
          )}
          {more && limit < 200 && (
            <div className="pad">
              <Button onClick={() => setLimit(200)}>{text.more}</Button>
            </div>
          )}
          {delivery && <DeliveryDialog delivery={delivery} onClose={() => setShown(null)} />}
        </div>
      )}
    </Loaded>
  )
}

function DeliveryTable({ deliveries, onShow }: { deliveries: Delivery[]; onShow: (id: string) => void }) {
  const text = useText()
  return (
    <div className="table-box">
      <table className="cards">
        <thead>
          <tr>
            <th>{text.webhooks.event}</th>
            <th>{text.webhooks.state}</th>
            <th>{text.webhooks.attempts}</th>
            <th>{text.webhooks.answer}</th>
            <th>{text.webhooks.made}</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <tr key={delivery.id}>
              <td data-label={text.webhooks.event}>
                <Button look="link" className="mono" onClick={() => onShow(delivery.id)}>
                  {delivery.type}
                </Button>
              </td>
              <td data-label={text.webhooks.state}>
                <DeliveryState delivery={delivery} />
              </td>
              <td data-label={text.webhooks.attempts}>{delivery.attempts}</td>
              <td data-label={text.webhooks.answer} className="wrap">
                {answerOf(delivery)}
              </td>
              <td data-label={text.webhooks.made}>
                <Clock at={delivery.created_at} seconds />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DeliveryState({ delivery: { status } }: { delivery: Delivery }) {
  const text = useText()
  return <span className={`badge badge-${TONES[status]}`}>{text.webhooks.states[status]}</span>
}

/** What the last attempt came to, in one line. */
function answerOf({ last_status: status, last_error: error }: Delivery): string {
  return [status, error].filter((part) => part !== null).join(' · ') || '–'
}

function DeliveryDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const text = useText()
  const again = useChange<Delivery>(['/v1/webhooks', '/v1/deliveries'], onClose)
  return (
    <Dialog title={text.webhooks.delivery} onClose={onClose} wide>
      <div className="stack">
        <dl className="facts">
          <dt>{text.webhooks.request}</dt>
          <dd className="mono">POST {delivery.url}</dd>
          <dt>webhook-id</dt>
          <dd className="mono">{delivery.event}</dd>
          <dt>{text.webhooks.event}</dt>
          <dd className="mono">{delivery.type}</dd>
          <dt>{text.webhooks.state}</dt>
          <dd>
            <DeliveryState delivery={delivery} />
          </dd>
          <dt>{text.webhooks.attempts}</dt>
          <dd>{delivery.attempts}</dd>
          <dt>{text.webhooks.answer}</dt>
          <dd>{answerOf(delivery)}</dd>
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
        <div className="dialog-end">
          <Button onClick={onClose}>{text.close}</Button>
          <Button
            look="main"
            busy={again.isPending}
            onClick={() => again.mutate({ method: 'POST', address: path`/v1/deliveries/${delivery.id}/redeliver` })}
          >
            {text.webhooks.redeliver}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

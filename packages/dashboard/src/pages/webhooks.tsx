import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { Link } from 'wouter'
import { useRead } from '../api/queries.ts'
import type { Page, Webhook } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { Button } from '../ui/button.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { DeliveryList } from './webhooks/deliveries.tsx'
import { CreateWebhook } from './webhooks/form.tsx'

/** Where events are posted to, and what could not be delivered. */
export function WebhooksPage() {
  const text = useText()
  const [isCreating, setCreating] = useState(false)
  const query = useRead<Page<Webhook>>('/v1/webhooks?limit=200')
  const create = (
    <Button look="main" icon="plus" onClick={() => setCreating(true)}>
      {text.webhooks.new}
    </Button>
  )
  return (
    <>
      <div className="head">
        <h1>{text.webhooks.title}</h1>
        {create}
      </div>
      <Tabs.Root defaultValue="all">
        <Tabs.List className="tabs" aria-label={text.webhooks.title}>
          <Tabs.Trigger value="all">{text.webhooks.endpoints}</Tabs.Trigger>
          <Tabs.Trigger value="dead">{text.webhooks.dead}</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="all">
          <Loaded query={query}>
            {({ data }) => (
              <div className="panel">
                {data.length === 0 ? (
                  <Empty title={text.webhooks.emptyTitle} action={create}>
                    {text.webhooks.emptyText}
                  </Empty>
                ) : (
                  <WebhookTable webhooks={data} />
                )}
              </div>
            )}
          </Loaded>
        </Tabs.Content>
        <Tabs.Content value="dead">
          <DeliveryList address="/v1/deliveries?status=dead" emptyTitle={text.webhooks.noDead} />
        </Tabs.Content>
      </Tabs.Root>
      {isCreating && <CreateWebhook onClose={() => setCreating(false)} />}
    </>
  )
}

function WebhookTable({ webhooks }: { webhooks: Webhook[] }) {
  const text = useText()
  return (
    <div className="table-box">
      <table className="cards">
        <thead>
          <tr>
            <th>{text.webhooks.url}</th>
            <th>{text.webhooks.events}</th>
            <th>{text.webhooks.session}</th>
            <th>{text.webhooks.state}</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td className="wrap">
                <Link href={`/webhooks/${webhook.id}`}>{webhook.url}</Link>
              </td>
              <td data-label={text.webhooks.events}>
                <span className="row">
                  {webhook.events.map((name) => (
                    <span className="tag" key={name}>
                      {name}
                    </span>
                  ))}
                </span>
              </td>
              <td data-label={text.webhooks.session}>{webhook.session ?? text.all}</td>
              <td data-label={text.webhooks.state}>
                <WebhookState webhook={webhook} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Whether anything is posted to a webhook. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const isOn = webhook.disabled_at === null
  return <span className={`badge badge-${isOn ? 'good' : 'bad'}`}>{isOn ? text.webhooks.on : text.webhooks.off}</span>
}

import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { path } from '../api/kurir.ts'
import type { Webhook } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useReads } from '../me.tsx'
import { Button } from '../ui/button.tsx'
import { List } from '../ui/list-page.tsx'
import { DeliveryList } from './webhooks/deliveries.tsx'
import { CreateWebhook } from './webhooks/form.tsx'

/** Where events are posted to, and what could not be delivered. */
export function WebhooksPage({ tab }: { tab: 'all' | 'dead' }) {
  const text = useText()
  const [isCreating, setCreating] = useState(false)
  const [, go] = useLocation()
  const reads = useReads()
  const query = useQuery(reads.webhooks())
  const create = useMay('manage') && (
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
      <Tabs.Root value={tab} onValueChange={(next) => go(next === 'dead' ? '/webhooks/dead' : '/webhooks')}>
        <Tabs.List className="tabs" aria-label={text.webhooks.title}>
          <Tabs.Trigger value="all">{text.webhooks.endpoints}</Tabs.Trigger>
          <Tabs.Trigger value="dead">{text.webhooks.dead}</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="all">
          <List
            query={query}
            action={create}
            empty={{ title: text.webhooks.emptyTitle, text: text.webhooks.emptyText }}
          >
            {(webhooks) => <WebhookTable webhooks={webhooks} />}
          </List>
        </Tabs.Content>
        <Tabs.Content value="dead">
          <DeliveryList
            deliveries={reads.deliveries('dead')}
            withUrl
            empty={{ title: text.webhooks.noDead, text: text.webhooks.noDeadText }}
          />
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
            <th>{text.webhooks.state}</th>
            <th>{text.webhooks.events}</th>
            <th>{text.webhooks.session}</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td className="name wrap">
                <Link href={path`/webhooks/${webhook.id}`}>{webhook.url}</Link>
              </td>
              <td>
                <WebhookState webhook={webhook} />
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

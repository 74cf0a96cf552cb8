import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { path } from '../api/kurir.ts'
import type { Webhook } from '../api/types.ts'
import type { Dictionary } from '../i18n/en.ts'
import { useText } from '../i18n/text.tsx'
import { useMay, useReads } from '../me.tsx'
import { Button } from '../ui/button.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Tags } from '../ui/tags.tsx'
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
          <Table
            name={text.webhooks.title}
            columns={columnsOf(text)}
            query={query}
            action={create}
            empty={{ title: text.webhooks.emptyTitle, text: text.webhooks.emptyText }}
          />
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

function columnsOf({ all, webhooks: text }: Dictionary): Column<Webhook>[] {
  return [
    {
      label: text.url,
      role: 'name',
      breaks: true,
      cell: ({ id, url }) => <Link href={path`/webhooks/${id}`}>{url}</Link>,
    },
    { label: text.state, role: 'badge', cell: (webhook) => <WebhookState webhook={webhook} /> },
    { label: text.events, cell: ({ events }) => <Tags words={events} /> },
    { label: text.session, cell: ({ session }) => session ?? all },
  ]
}

/** Whether anything is posted to a webhook. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const isOn = webhook.disabled_at === null
  return <span className={`badge badge-${isOn ? 'good' : 'bad'}`}>{isOn ? text.webhooks.on : text.webhooks.off}</span>
}

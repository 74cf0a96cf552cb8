import type { Gateway } from '../../gateway.ts'
import type { Endpoint } from '../../webhooks/ports.ts'
import { BOTS, type Bot } from './bot.ts'
import { WEBHOOK_EVENTS, type WebhookEvent, type WebhookRequest } from './requests.ts'

/** What the writer of the bodies needs to know of an endpoint. */
export interface EndpointSettings extends Record<string, unknown> {
  event: WebhookEvent
  sessionId: string
  /** Where files of messages are to be had; their ids follow. */
  mediaUrl: string
}

const EVENT_TYPES: Record<WebhookEvent, string[]> = {
  onMessage: ['message.received'],
  onAnyMessage: ['message.received', 'message.sent'],
}

/** One endpoint for each of the document's events that is wanted: a message that is both is posted as both. */
export async function setWebhook(
  gateway: Gateway,
  bot: Bot,
  { url, events, headers, timeoutMs }: WebhookRequest,
  mediaUrl: string,
): Promise<void> {
  const { tenant, id } = bot.session
  gateway.webhooks.checkUrl(url)
  const there = await gateway.webhooks.ofSession(tenant, id, BOTS)
  for (const event of WEBHOOK_EVENTS) {
    const known = there.find((endpoint) => eventOf(endpoint) === event)
    if (!events.includes(event)) {
      if (known) await gateway.webhooks.remove(tenant, known.id)
      continue
    }
    const settings: EndpointSettings = { event, sessionId: bot.sessionId, mediaUrl }
    const wanted = { url, events: EVENT_TYPES[event], headers, settings }
    if (known) await gateway.webhooks.update(tenant, known.id, { ...wanted, timeoutMs, disabled: false })
    else {
      const timeout = timeoutMs === null ? {} : { timeoutMs }
      await gateway.webhooks.create(tenant, { ...wanted, ...timeout, session: id, format: BOTS })
    }
  }
}

/** Stops what is posted, or lets it begin again. */
export async function switchWebhooks(gateway: Gateway, bot: Bot, isOn: boolean): Promise<void> {
  const { tenant, id } = bot.session
  for (const endpoint of await gateway.webhooks.ofSession(tenant, id, BOTS)) {
    await gateway.webhooks.update(tenant, endpoint.id, { disabled: !isOn })
  }
}

/** Where the bot's events are posted; null where nothing is. */
export async function webhookUrl(gateway: Gateway, bot: Bot): Promise<string | null> {
  const { tenant, id } = bot.session
  const endpoints = await gateway.webhooks.ofSession(tenant, id, BOTS)
  return endpoints.find(({ disabledAt }) => disabledAt === null)?.url ?? null
}

function eventOf({ settings }: Endpoint): unknown {
  return settings.event
}

import type { Delivery, Endpoint } from '../../../webhooks/ports.ts'
import type { DeliveryRequest, TestResult } from '../../../webhooks/verbs.ts'

export interface WebhookObject {
  id: string
  url: string
  events: string[]
  session: string | null
  headers: Record<string, string>
  secret?: string
  previous_secret_until: string | null
  format: string
  disabled_at: string | null
  created_at: string
}

/** Renders a webhook. Its secret is shown where it was made, and its headers' values nowhere. */
export function presentWebhook(endpoint: Endpoint): WebhookObject {
  return {
    id: endpoint.id,
    url: endpoint.url,
    events: endpoint.events,
    session: endpoint.session,
    headers: Object.fromEntries(Object.keys(endpoint.headers).map((name) => [name, '********'])),
    previous_secret_until: timeOrNull(endpoint.previousSecret?.until ?? null),
    format: endpoint.format,
    disabled_at: timeOrNull(endpoint.disabledAt),
    created_at: new Date(endpoint.createdAt).toISOString(),
  }
}

/** Renders what came of a test call. */
export function presentTest({ delivered, status, error, tookMs, eventId }: TestResult) {
  return { delivered, status, error, took_ms: tookMs, event: eventId }
}

/** Renders a delivery. */
export function presentDelivery(delivery: Delivery) {
  return {
    id: delivery.id as string,
    webhook: delivery.endpoint as string,
    url: delivery.url,
    event: delivery.eventId,
    type: delivery.eventType as string,
    status: delivery.state,
    attempts: delivery.attempts,
    due_at: timeOrNull(delivery.dueAt),
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
    created_at: new Date(delivery.createdAt).toISOString(),
    finished_at: timeOrNull(delivery.finishedAt),
  }
}

/** Renders a delivery with what it posts and what was answered. */
export function presentWhole(delivery: Delivery, request: DeliveryRequest | null) {
  return {
    ...presentDelivery(delivery),
    request: request && { content_type: request.contentType, body: request.body },
    answer: delivery.lastAnswer,
  }
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

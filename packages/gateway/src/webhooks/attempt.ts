import { type CallAnswer, type CallNeeds, callEndpoint } from './call.ts'
import type { AttemptOutcome, BodyRenderer, DueDelivery } from './ports.ts'
import { nextAttemptAt } from './retry-schedule.ts'

export interface AttemptNeeds extends CallNeeds {
  renderer: BodyRenderer
  /** Numbers from 0 to 1 for the jitter. */
  random: () => number
  /** Wants to know of every attempt; by default nobody does. */
  traces?: DeliveryTraces | undefined
}

export interface DeliveryTraces {
  begin(due: DueDelivery): DeliveryTrace | undefined
}

/** One attempt, as it is traced. */
export interface DeliveryTrace {
  /** Sent with it. */
  headers: Record<string, string>
  /** Undefined: it was cut short. */
  end(answer: CallAnswer | undefined): void
}

/**
 * Posts a delivery once and decides what becomes of it; undefined where `signal` cut it short, which is no attempt.
 * A disabled endpoint is not called: its delivery is dead. What is nothing in the endpoint's format is done at once.
 */
export async function attemptDelivery(
  due: DueDelivery,
  needs: AttemptNeeds,
  signal: AbortSignal,
): Promise<AttemptOutcome | undefined> {
  const { clock, random } = needs
  if (due.endpoint.disabledAt !== null) {
    return { at: clock.now(), status: null, error: 'endpoint_disabled', next: { kind: 'dead' } }
  }
  const answer = await post(due, needs, signal)
  if (!answer) return undefined
  const { status, error, retryAfter } = answer
  const said = { status, error, answer: answer.answer ?? null }
  const at = clock.now()
  if (error === null) return { at, ...said, next: { kind: 'delivered' } }
  const dueAt =
    error === 'gone' ? undefined : nextAttemptAt({ attempts: due.attempts + 1, at, status, retryAfter }, random)
  return { at, ...said, next: dueAt === undefined ? { kind: 'dead' } : { kind: 'retry', dueAt } }
}

async function post(due: DueDelivery, needs: AttemptNeeds, signal: AbortSignal): Promise<CallAnswer | undefined> {
  const { event, endpoint } = due
  try {
    const rendered = needs.renderer.render(event, endpoint)
    if (!rendered) return { status: null, error: null }
    const trace = needs.traces?.begin(due)
    const call = trace ? { ...needs, headers: trace.headers } : needs
    const answer = await callEndpoint(endpoint, event.id, rendered, call, signal)
    trace?.end(answer)
    return answer
  } catch (error) {
    needs.logger.error({ err: error, delivery: due.id }, 'a webhook delivery could not be made')
    return { status: null, error: 'internal' }
  }
}

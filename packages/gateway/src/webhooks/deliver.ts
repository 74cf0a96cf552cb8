import { KurirError } from '../core/errors.ts'
import type { DeliveryId } from '../core/ids.ts'
import { Alarm } from './alarm.ts'
import { type AttemptNeeds, attemptDelivery } from './attempt.ts'
import type { AttemptOutcome, DueDelivery, WebhookStore } from './ports.ts'
import { type SlotLimits, Slots } from './slots.ts'

/** Tells of commits that wrote deliveries. */
interface CommitNotices {
  onCommitted(listener: (what: { deliveries: boolean }) => void): () => void
}

export interface DeliveryPumpNeeds extends AttemptNeeds {
  store: Pick<WebhookStore, 'dueDeliveries' | 'nextDueAt' | 'settleDelivery' | 'updateEndpoint'>
  commits: CommitNotices
  slots: SlotLimits
  /** Told of every attempt whose outcome is stored. */
  onSettled?: (delivery: DueDelivery, outcome: AttemptOutcome) => void
}

/** Deliveries read at once: twice as many as the last reading could begin, so that few are read in vain. */
const SMALLEST_PAGE = 4
const STORE_RETRY_MS = { first: 1000, longest: 30_000 }

/**
 * Takes due deliveries from the store, posts them and records what came of it. It reads the store when deliveries
 * were written, when an attempt ended and when the earliest retry is due, and is still otherwise. Nothing is marked
 * before an attempt: what a crash cuts short is simply due again.
 */
export class DeliveryPump {
  readonly #needs: DeliveryPumpNeeds
  readonly #slots: Slots
  readonly #alarm: Alarm
  readonly #stop = new AbortController()
  readonly #busy = new Set<DeliveryId>()
  readonly #tasks = new Set<Promise<void>>()
  #unsubscribe: (() => void) | undefined
  #isOpen = false
  #isReading = false
  #isWanted = false
  #asksForNext = true
  #page = SMALLEST_PAGE

  constructor(needs: DeliveryPumpNeeds) {
    this.#needs = needs
    this.#slots = new Slots(needs.slots)
    this.#alarm = new Alarm(needs.clock, () => {
      this.#asksForNext = true
      this.#wake()
    })
  }

  /** Begins to deliver, with what an earlier process left. */
  start(): void {
    if (this.#isOpen || this.#stop.signal.aborted) return
    this.#isOpen = true
    this.#unsubscribe = this.#needs.commits.onCommitted(({ deliveries }) => {
      if (deliveries) this.#wake()
    })
    this.#wake()
  }

  /**
   * Begins nothing more and waits for what is in flight until `deadline` (milliseconds since the epoch); the rest is
   * cut and stays due. Resolves when the store and the network are no longer used.
   */
  async drain(deadline: number): Promise<void> {
    const { clock } = this.#needs
    this.#isOpen = false
    this.#unsubscribe?.()
    this.#alarm.cancel()
    const inTime = new AbortController()
    await Promise.race([Promise.all(this.#tasks), clock.sleep(Math.max(0, deadline - clock.now()), inTime.signal)])
    inTime.abort()
    this.#stop.abort()
    await Promise.all(this.#tasks)
  }

  #wake(): void {
    if (!this.#isOpen) return
    this.#isWanted = true
    if (this.#isReading) return
    this.#isReading = true
    // Later in this turn of the loop more may end or be written: one reading serves them all.
    setImmediate(() => this.#track(this.#read()))
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task)
    void task.finally(() => this.#tasks.delete(task))
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      this.#isWanted = false
      if (this.#isOpen) await this.#beginDue()
    } catch (error) {
      this.#needs.logger.error({ err: error }, 'webhook deliveries could not be read')
      this.#asksForNext = true
      if (this.#isOpen) this.#alarm.set(this.#needs.clock.now() + STORE_RETRY_MS.first)
    } finally {
      this.#isReading = false
      if (this.#isWanted) this.#wake()
    }
  }

  async #beginDue(): Promise<void> {
    const { store, clock } = this.#needs
    const now = clock.now()
    const limit = Math.min(this.#slots.free, this.#page)
    if (limit > 0) {
      const due = await store.dueDeliveries({ now, limit, busy: this.#busy, blocked: this.#slots.full })
      const begun = due.filter((delivery) => this.#begin(delivery)).length
      // A full page may hide others behind it, or behind an endpoint that has become full by it.
      if (begun > 0 && due.length === limit) this.#isWanted = true
      this.#page = Math.max(SMALLEST_PAGE, 2 * begun)
    }
    if (!this.#asksForNext || !this.#isOpen) return
    this.#asksForNext = false
    const next = await store.nextDueAt(now)
    if (next !== undefined && this.#isOpen) this.#alarm.set(next)
  }

  #begin(due: DueDelivery): boolean {
    if (!this.#isOpen || this.#busy.has(due.id) || !this.#slots.take(due.endpoint.id)) return false
    this.#busy.add(due.id)
    this.#track(this.#deliver(due))
    return true
  }

  /** Never rejects. */
  async #deliver(due: DueDelivery): Promise<void> {
    const outcome = await attemptDelivery(due, this.#needs, this.#stop.signal)
    if (outcome) await this.#settle(due, outcome)
    this.#busy.delete(due.id)
    this.#slots.give(due.endpoint.id, outcome?.error !== 'timeout')
    this.#wake()
  }

  async #settle(due: DueDelivery, outcome: AttemptOutcome): Promise<void> {
    const { store } = this.#needs
    const settled = this.#insist(() => store.settleDelivery(due.id, outcome))
    // Handed over together, so that the next delivery of the lane does not begin in between.
    const disabled =
      outcome.error === 'gone' && this.#insist(() => store.updateEndpoint(due.endpoint.id, { disabledAt: outcome.at }))
    if (await settled) {
      this.#report(due, outcome)
      this.#needs.onSettled?.(due, outcome)
      if (outcome.next.kind === 'retry') this.#alarm.set(outcome.next.dueAt)
    }
    await disabled
  }

  /** Writes until the store takes it: the lane stays closed meanwhile. False where the process ends before, and where
   * the endpoint was deleted. */
  async #insist(write: () => Promise<void>): Promise<boolean> {
    const { clock, logger } = this.#needs
    for (let wait = STORE_RETRY_MS.first; ; wait = Math.min(wait * 2, STORE_RETRY_MS.longest)) {
      try {
        await write()
        return true
      } catch (error) {
        if (error instanceof KurirError && error.code === 'webhook_not_found') return false
        logger.error({ err: error }, 'the outcome of a webhook delivery could not be stored')
      }
      await clock.sleep(wait, this.#stop.signal)
      if (this.#stop.signal.aborted) return false
    }
  }

  #report({ id, endpoint, event, attempts }: DueDelivery, { status, error, next }: AttemptOutcome): void {
    const { logger } = this.#needs
    const line = { delivery: id, endpoint: endpoint.id, event: event.id, attempt: attempts + 1, status, error }
    if (next.kind === 'delivered') logger.debug(line, 'webhook delivered')
    else if (next.kind === 'retry') logger.info({ ...line, dueAt: next.dueAt }, 'webhook attempt failed')
    else logger.warn(line, 'webhook delivery is dead')
  }
}

import type { EndpointId } from '../core/ids.ts'

export interface SlotLimits {
  /** Attempts in flight over all endpoints. */
  total: number
  /** Attempts in flight of one endpoint. */
  perEndpoint: number
}

/** To this part falls the share of an endpoint that gave no answer the last time. */
const HANGING_SHARE = 1 / 4

/**
 * Who may have how many attempts in flight. An endpoint that hangs holds each of its slots until the time limit, so
 * it gets fewer of them until it answers again, and the others go on.
 */
export class Slots {
  readonly #limits: SlotLimits
  readonly #inFlight = new Map<EndpointId, number>()
  readonly #hanging = new Set<EndpointId>()
  readonly #full = new Set<EndpointId>()
  #taken = 0

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  /** How many attempts may begin now. */
  get free(): number {
    return this.#limits.total - this.#taken
  }

  /** Endpoints that may begin nothing now. */
  get full(): ReadonlySet<EndpointId> {
    return this.#full
  }

  /** Takes a slot; false where there is none for this endpoint. */
  take(endpoint: EndpointId): boolean {
    if (this.free <= 0 || this.#full.has(endpoint)) return false
    this.#change(endpoint, 1)
    return true
  }

  /** Gives the slot back; `answered` tells whether the endpoint said anything in time. */
  give(endpoint: EndpointId, answered: boolean): void {
    if (answered) this.#hanging.delete(endpoint)
    else this.#hanging.add(endpoint)
    this.#change(endpoint, -1)
  }

  #change(endpoint: EndpointId, by: 1 | -1): void {
    const count = (this.#inFlight.get(endpoint) ?? 0) + by
    this.#taken += by
    if (count === 0) this.#inFlight.delete(endpoint)
    else this.#inFlight.set(endpoint, count)
    if (count >= this.#limitOf(endpoint)) this.#full.add(endpoint)
    else this.#full.delete(endpoint)
  }

  #limitOf(endpoint: EndpointId): number {
    const { perEndpoint } = this.#limits
    return this.#hanging.has(endpoint) ? Math.max(1, Math.floor(perEndpoint * HANGING_SHARE)) : perEndpoint
  }
}

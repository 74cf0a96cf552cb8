import type { Clock } from './clock.ts'
import type { SeededRandom } from './random.ts'

export const FAULT_KINDS = [
  'drop-ack',
  'delay-ack',
  'nack',
  'stream-error',
  'drop-socket',
  'before-ack-drop',
  'duplicate-delivery',
  'redeliver',
  'retry-receipt',
  'no-resend',
  'unavailable',
  'silent-phone',
  'no-lid',
  'slow',
  'media-error',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** Something that shall go wrong. Faults are data: the places they strike ask for them. */
export interface FaultRequest {
  kind: FaultKind
  /** Phone number of the account it strikes; every account without. */
  session?: string
  /** Chance at each occasion, 0 to 1; 1 without. */
  probability?: number
  /** How often it strikes before it is over; without end where absent. */
  count?: number
  /** Milliseconds from now before it may strike. */
  afterMs?: number
  /** The error code of `nack` and `stream-error`. */
  code?: number
  /** The delay of `delay-ack` and `slow`. */
  ms?: number
}

export interface Fault extends FaultRequest {
  id: number
  /** How often it has struck. */
  struck: number
}

/** The faults in force. Asking costs one look-up while there is none of the kind. */
export class Faults {
  readonly #clock: Clock
  readonly #random: SeededRandom
  readonly #active = new Map<FaultKind, (Fault & { from: number; left: number })[]>()
  #nextId = 1

  constructor(clock: Clock, random: SeededRandom) {
    this.#clock = clock
    this.#random = random
  }

  add(request: FaultRequest): Fault {
    const from = this.#clock.now() + (request.afterMs ?? 0)
    const fault = { ...request, id: this.#nextId++, struck: 0, from, left: request.count ?? Number.POSITIVE_INFINITY }
    const same = this.#active.get(request.kind)
    if (same) same.push(fault)
    else this.#active.set(request.kind, [fault])
    return view(fault)
  }

  clear(): void {
    this.#active.clear()
  }

  list(): Fault[] {
    return Array.from(this.#active.values()).flat().map(view)
  }

  /** The fault of this kind that strikes the account now, if any; counts it. */
  strike(kind: FaultKind, session: string): Fault | undefined {
    const candidates = this.#active.get(kind)
    if (!candidates) return undefined
    for (const fault of candidates) {
      if (fault.session !== undefined && fault.session !== session) continue
      if (this.#clock.now() < fault.from || fault.left <= 0) continue
      if (fault.probability !== undefined && this.#random.fraction() >= fault.probability) continue
      fault.left -= 1
      fault.struck += 1
      return view(fault)
    }
    return undefined
  }
}

function view(fault: Fault & { from: number; left: number }): Fault {
  const { from: _from, left: _left, ...seen } = fault
  return seen
}

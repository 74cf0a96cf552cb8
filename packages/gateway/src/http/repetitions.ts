import { createHash } from 'node:crypto'
import type { StoredAnswer } from '../access/ports.ts'
import type { AccessVerbs } from '../access/verbs.ts'
import { KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'

export interface OnceRequest {
  tenant: TenantId
  /** The Idempotency-Key. */
  key: string
  requestHash: string
}

/** What came of the work: the result, and the answer to keep of it, if it is to be kept. */
export interface Worked<Result> {
  result: Result
  keep: Omit<StoredAnswer, 'requestHash' | 'at'> | null
}

export type Once<Result> = { kind: 'worked'; result: Result } | { kind: 'replayed'; answer: StoredAnswer }

interface Running {
  requestHash: string
  /** Undefined where the request failed, so that another one may try. */
  answer: Promise<StoredAnswer | undefined>
}

export interface RepetitionsOptions {
  answers: Pick<AccessVerbs, 'getAnswer' | 'saveAnswer'>
  /** An answer could not be kept; the work is done all the same. */
  onNotKept: (error: unknown) => void
}

/**
 * Requests with an Idempotency-Key, of the native API and of all dialects: the same request is answered as the first
 * time, another one of the same key is refused, and one that comes while the first is at work waits for its answer.
 */
export class Repetitions {
  readonly #answers: RepetitionsOptions['answers']
  readonly #onNotKept: RepetitionsOptions['onNotKept']
  readonly #running = new Map<string, Running>()

  constructor({ answers, onNotKept }: RepetitionsOptions) {
    this.#answers = answers
    this.#onNotKept = onNotKept
  }

  /** Does the work unless it was done before. Rejects with `idempotency_mismatch`, and with what the work rejects. */
  async once<Result>(request: OnceRequest, work: () => Promise<Worked<Result>>): Promise<Once<Result>> {
    const slot = `${request.tenant} ${request.key}`
    for (let other = this.#running.get(slot); other; other = this.#running.get(slot)) {
      refuseOther(request, other.requestHash)
      const answer = await other.answer
      if (answer) return { kind: 'replayed', answer }
    }
    const { promise, resolve } = Promise.withResolvers<StoredAnswer | undefined>()
    this.#running.set(slot, { requestHash: request.requestHash, answer: promise })
    let answer: StoredAnswer | undefined
    try {
      answer = await this.#answers.getAnswer(request.tenant, request.key)
      if (answer) {
        refuseOther(request, answer.requestHash)
        return { kind: 'replayed', answer }
      }
      const { result, keep } = await work()
      if (keep) answer = await this.#keep(request, keep)
      return { kind: 'worked', result }
    } finally {
      this.#running.delete(slot)
      resolve(answer)
    }
  }

  /** Keeps an answer on disk. */
  async #keep(request: OnceRequest, keep: Omit<StoredAnswer, 'requestHash' | 'at'>): Promise<StoredAnswer> {
    const answer: StoredAnswer = { ...keep, requestHash: request.requestHash, at: Date.now() }
    try {
      await this.#answers.saveAnswer(request.tenant, request.key, answer)
    } catch (error) {
      // The work is done and on disk: a refusal now would make the client ask for it once more.
      this.#onNotKept(error)
    }
    return answer
  }
}

function refuseOther({ requestHash }: OnceRequest, other: string): void {
  if (requestHash !== other) throw new KurirError('idempotency_mismatch')
}

/** sha256 over what was asked; the members of objects count in order of their names. */
export function hashRequest(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map(canonical)))
    .digest('hex')
}

/** The same value with the members of every object in order of their names. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([name, member]) => [name, canonical(member)])
}

import type { Dispatcher } from 'undici'
import { asSafeFetchError, type SafeFetchError } from './errors.ts'

export type ResponseHeaders = Record<string, string | string[] | undefined>

export interface Answer {
  status: number
  headers: ResponseHeaders
}

export interface PostAnswer extends Answer {
  /** The first bytes of the body, as they came: 4 KiB at most. */
  beginning: Buffer
}

const KEPT_BYTES = 4096
/** What is read of a body nobody asked for, in bytes, so that the connection can be used again. */
const DISCARD_LIMIT = 64 * 1024

/**
 * One request whose answer matters by status and headers. Once the headers came nothing can make it fail: of the body
 * the beginning is kept, the rest is read and thrown away, up to a limit.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #done: (outcome: PostAnswer | SafeFetchError) => void
  #controller: Dispatcher.DispatchController | undefined
  #answer: Answer | undefined
  #error: SafeFetchError | undefined
  #isDone = false
  #read = 0
  readonly #kept: Buffer[] = []

  /** `done` is called once. */
  constructor(done: (outcome: PostAnswer | SafeFetchError) => void) {
    this.#done = done
  }

  /** Gives the request up; where the headers came already, they are the answer. */
  abort(error: SafeFetchError): void {
    this.#finish(error)
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#error) controller.abort(this.#error)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status >= 200) this.#answer = { status, headers }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#read < KEPT_BYTES) this.#kept.push(chunk.subarray(0, KEPT_BYTES - this.#read))
    this.#read += chunk.length
    if (this.#read <= DISCARD_LIMIT || this.#isDone) return
    const error = asSafeFetchError(undefined)
    this.#finish(error)
    controller.abort(error)
  }

  onResponseEnd(): void {
    this.#finish(undefined)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(asSafeFetchError(error))
  }

  #finish(error: SafeFetchError | undefined): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#error = error
    const { status, headers } = this.#answer ?? {}
    if (status === undefined || !headers) this.#done(error ?? asSafeFetchError(undefined))
    else this.#done({ status, headers, beginning: Buffer.concat(this.#kept) })
  }
}

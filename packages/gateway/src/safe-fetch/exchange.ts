import type { Dispatcher } from 'undici'
import { asSafeFetchError, type SafeFetchError } from './errors.ts'

export type ResponseHeaders = Record<string, string | string[] | undefined>

export interface Answer {
  status: number
  headers: ResponseHeaders
}

/** What is read of a body nobody asked for, in bytes, so that the connection can be used again. */
const DISCARD_LIMIT = 64 * 1024

/**
 * One request whose answer matters by status and headers alone. Once the headers came nothing can make it fail:
 * the rest is read and thrown away, up to a limit.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #done: (outcome: Answer | SafeFetchError) => void
  #controller: Dispatcher.DispatchController | undefined
  #answer: Answer | undefined
  #error: SafeFetchError | undefined
  #isDone = false
  #read = 0

  /** `done` is called once. */
  constructor(done: (outcome: Answer | SafeFetchError) => void) {
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
    this.#done(this.#answer ?? error ?? asSafeFetchError(undefined))
  }
}

/** Runs tasks one after another. A failing task is reported and does not stop the next. */
export class TaskQueue {
  readonly #report: (error: unknown) => void
  #tail: Promise<void> = Promise.resolve()

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Resolves when everything queued so far has ended. */
  get idle(): Promise<void> {
    return this.#tail
  }

  /** Queues `task` and answers its outcome; a failure is the caller's alone. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(task)
    this.#tail = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  /** Queues `task`; nobody waits for it, a failure is reported. */
  push(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(task).catch(this.#report)
  }
}

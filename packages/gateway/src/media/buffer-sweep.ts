import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** After so many bytes of buffers. */
const EVERY_BYTES = 4 * 1024 * 1024

type Collect = (options: { type: 'minor'; execution: 'sync' }) => void

/**
 * Keeps memory flat while large files pass. Every part of a file comes in a buffer of its own, and V8 lets some 50 MB
 * of used ones lie before it looks at them; a small collection every few megabytes, of a millisecond or so, is all
 * that it takes to have them back.
 */
export class BufferSweep {
  #collect: Collect | undefined
  #passed = 0

  /** So many bytes have passed and are not needed any more. */
  passed(bytes: number): void {
    this.#passed += bytes
    if (this.#passed < EVERY_BYTES) return
    this.#passed = 0
    this.#collect ??= collector()
    this.#collect({ type: 'minor', execution: 'sync' })
  }
}

/** The engine's own function, which is not global unless the process is started so. */
function collector(): Collect {
  setFlagsFromString('--expose-gc')
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : undefined')
  setFlagsFromString('--no-expose-gc')
  return typeof found === 'function' ? (found as Collect) : () => undefined
}

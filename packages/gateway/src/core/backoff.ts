export interface BackOff {
  /** Upper bound of the first wait, milliseconds. */
  firstMs: number
  /** Upper bound of every wait, milliseconds. */
  maxMs: number
}

/**
 * How long to wait before the next attempt: exponential with full jitter, so that many who failed together do not
 * come back together. `failures` counts from 1; `random` answers 0 (inclusive) to 1 (exclusive).
 */
export function backOffMs(failures: number, { firstMs, maxMs }: BackOff, random: () => number = Math.random): number {
  const bound = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.floor(random() * (bound + 1))
}

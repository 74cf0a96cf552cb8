import type { Clock } from '../core/clock.ts'
import type { EngineConnection } from '../engine/port.ts'

/** How long the line may be silent before it is asked for a sign of life. Milliseconds. */
const SILENCE_MS = 45_000
/** How long that sign of life may take. Milliseconds. */
const PING_MS = 10_000

/**
 * Watches the age of the last frame and pings a silent line. Resolves true when the line is dead, false when
 * `signal` fired first; costs one timer per connection.
 */
export async function watchLiveness(connection: EngineConnection, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const started = clock.now()
  while (!signal.aborted) {
    const silent = clock.now() - Math.max(connection.lastFrameAt(), started)
    if (silent < SILENCE_MS) {
      await clock.sleep(SILENCE_MS - silent, signal)
      continue
    }
    const alive = await connection.ping(PING_MS).then(
      () => true,
      () => false,
    )
    if (signal.aborted) return false
    if (!alive) return true
    await clock.sleep(SILENCE_MS, signal)
  }
  return false
}

import type { Logger } from 'pino'
import type { Config } from './config/config.ts'
import type { Clock } from './core/clock.ts'
import { VERSION } from './http/version.ts'
import type { Traces } from './traces.ts'

/** How often it is said that traces cannot be handed over. Milliseconds. */
const FAULT_EVERY_MS = 60_000

export type OpenTraces = Traces & { close(): Promise<void> }

/** Loaded only here: a gateway that traces nothing pays nothing for it. */
export async function openTraces(
  config: NonNullable<Config['traces']>,
  clock: Clock,
  logger: Logger,
): Promise<OpenTraces> {
  const [{ Traces }, { openCollector }] = await Promise.all([import('./traces.ts'), import('./observe/spans.ts')])
  let saidAt = 0
  const onFault = () => {
    if (clock.now() - saidAt < FAULT_EVERY_MS) return
    saidAt = clock.now()
    logger.warn('traces could not be handed over to the collector')
  }
  const spans = openCollector({ url: config.url, headers: config.headers, version: VERSION, onFault })
  const traces = new Traces({ spans, share: config.share, now: () => clock.now() })
  return Object.assign(traces, { close: () => spans.close() })
}

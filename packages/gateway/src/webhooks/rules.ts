import { type FieldError, KurirError } from '../core/errors.ts'
import { EVENT_TYPES } from '../core/event.ts'
import { SafeFetchError } from '../safe-fetch/errors.ts'
import type { UrlGuard } from '../safe-fetch/guard.ts'
import { headerFaults } from './headers.ts'
import { isSecret } from './sign.ts'
import type { CreateEndpoint } from './verbs.ts'

const EVENT_NAMES: ReadonlySet<string> = new Set([
  '*',
  ...EVENT_TYPES,
  ...EVENT_TYPES.map((type) => `${type.slice(0, type.indexOf('.'))}.*`),
])

/** Throws `invalid_request` with every fault of what a client wants of an endpoint. */
export function checkInput({ events, headers, secret }: Pick<CreateEndpoint, 'events' | 'headers' | 'secret'>): void {
  const faults: FieldError[] = []
  if (events?.length === 0) faults.push({ field: '/events', message: 'names at least one event' })
  events?.forEach((name, index) => {
    if (!EVENT_NAMES.has(name)) faults.push({ field: `/events/${index}`, message: 'is no event' })
  })
  faults.push(...headerFaults(headers ?? {}))
  if (secret !== undefined && !isSecret(secret)) {
    faults.push({ field: '/secret', message: 'is whsec_ and the base64 of 24 to 64 bytes' })
  }
  if (faults.length > 0) throw new KurirError('invalid_request', undefined, { fields: faults })
}

/** Throws `url_not_allowed` where the guard refuses the URL. */
export function checkUrl(guard: Pick<UrlGuard, 'checkUrl'>, url: string): void {
  try {
    guard.checkUrl(url)
  } catch (error) {
    if (!(error instanceof SafeFetchError)) throw error
    throw new KurirError('url_not_allowed', error.message, { fields: [{ field: '/url', message: error.message }] })
  }
}

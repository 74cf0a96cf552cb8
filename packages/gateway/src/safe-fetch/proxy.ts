import { KurirError } from '../core/errors.ts'
import { SafeFetchError } from './errors.ts'
import type { UrlGuard } from './guard.ts'

/** The URL of a proxy in its one spelling; throws `url_not_allowed` where the guard refuses it. */
export function checkProxy(guard: Pick<UrlGuard, 'checkProxyUrl'>, url: string): string {
  try {
    return guard.checkProxyUrl(url).href
  } catch (error) {
    if (!(error instanceof SafeFetchError)) throw error
    throw new KurirError('url_not_allowed', error.message, { fields: [{ field: '/proxy', message: error.message }] })
  }
}

import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { SafeFetchError } from './errors.ts'
import type { UrlGuard } from './guard.ts'

/** All addresses of a host name; rejects where there are none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** The machine's own resolver: hosts file, then DNS. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true })

export interface ConnectOptions {
  guard: UrlGuard
  resolve: Resolve
  /** How long DNS, TCP and TLS together may take, in milliseconds. */
  timeoutMs: number
}

/**
 * Opens connections for undici. A name is resolved once per connection, in the socket's own lookup hook, and the
 * socket gets the very addresses that were checked: what the name answers later does not matter to it.
 */
export function guardedConnector({ guard, resolve, timeoutMs }: ConnectOptions): buildConnector.connector {
  const dial = buildConnector({ allowH2: false, timeout: timeoutMs, lookup: guardedLookup(guard, shared(resolve)) })
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !guard.allowsAddress(host)) {
      queueMicrotask(() => callback(new SafeFetchError('address_not_allowed'), null))
      return
    }
    dial(options, (...[error, socket]) => {
      if (error) return callback(error, null)
      if (!guard.allowsAddress(socket.remoteAddress ?? '')) {
        socket.destroy()
        return callback(new SafeFetchError('address_not_allowed'), null)
      }
      callback(null, socket)
    })
  }
}

/** Looks a name up for a socket and refuses it where one of its addresses may not be called. */
export function guardedLookup(guard: UrlGuard, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const wanted = addresses.filter(({ family }) => !options.family || family === familyNumber(options.family))
        const first = wanted[0]
        if (!first) return callback(new SafeFetchError('dns_failed'), '', 0)
        if (!addresses.every(({ address }) => guard.allowsAddress(address))) {
          return callback(new SafeFetchError('address_not_allowed'), '', 0)
        }
        if (options.all) callback(null, [...wanted])
        else callback(null, first.address, first.family)
      },
      () => callback(new SafeFetchError('dns_failed'), '', 0),
    )
  }
}

function familyNumber(family: number | 'IPv4' | 'IPv6'): number {
  if (family === 'IPv4') return 4
  return family === 'IPv6' ? 6 : family
}

/** One question at a time per name: a resolver that hangs on one name never takes all of the few lookup threads. */
function shared(resolve: Resolve): Resolve {
  const asked = new Map<string, ReturnType<Resolve>>()
  return (hostname) => {
    const open = asked.get(hostname)
    if (open !== undefined) return open
    const answer = resolve(hostname).finally(() => asked.delete(hostname))
    asked.set(hostname, answer)
    return answer
  }
}

/** How a session behaves on the network; what is absent is off. Stored as it is. */
export interface SessionSettings {
  /** `http://`, `https://` or `socks5://` URL that the session's connections go through, with its password. */
  proxy?: string
  pacing?: Pacing
  calls?: CallSettings
}

/** What becomes of incoming calls; without it they just ring. */
export interface CallSettings {
  reject: boolean
  /** Sent to who called, once for a call. */
  text?: string
}

/** How fast a session may send; what is absent does not limit. */
export interface Pacing {
  perMinute?: number
  /** Least and most between two messages, milliseconds; each gap is drawn anew. */
  gapMs?: [number, number]
  /** By days in UTC. */
  perDay?: number
}

/** A proxy's URL for everybody's eyes: without its password. */
export function presentProxy({ proxy }: SessionSettings): string | null {
  if (proxy === undefined) return null
  const url = new URL(proxy)
  url.password = ''
  return url.href.replace(/\/$/, '')
}

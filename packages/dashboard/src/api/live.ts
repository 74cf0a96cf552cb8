import { useEffect } from 'react'
import { addressOf } from './call.ts'
import { refresh } from './queries.ts'
import type { ApiEvent } from './types.ts'

/** Every event that the gateway tells of. */
export const EVENT_TYPES = [
  ...['session.status', 'session.qr', 'message.received', 'message.sent', 'message.delivered', 'message.read'],
  ...['message.played', 'message.failed', 'message.expired', 'message.unknown', 'message.edited', 'message.revoked'],
  ...['message.reaction', 'message.undecryptable', 'group.updated', 'contact.updated', 'call.received'],
]

type Listener = (event: ApiEvent) => void
const listeners = new Set<Listener>()
/** Changes that come in a burst are read once. */
const PAUSE_MS = 250

/** Follows the gateway's events while the page is open, and has what they are about read again. */
export function useLiveUpdates(canRead: boolean): void {
  useEffect(() => {
    if (!canRead) {
      const timer = setInterval(() => refresh('/v1/sessions'), 3_000)
      return () => clearInterval(timer)
    }
    const source = new EventSource(addressOf('/v1/events'))
    const refresher = new Refresher()
    const take = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as ApiEvent
      refresher.take(event)
      for (const listener of listeners) listener(event)
    }
    for (const type of EVENT_TYPES) source.addEventListener(type, take)
    // Events may have been missed while the stream was away.
    source.addEventListener('open', () => refresh('/v1/'))
    return () => {
      source.close()
      refresher.stop()
    }
  }, [canRead])
}

/** Hears every event. `listener` must stay the same function. */
export function useEvents(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [listener])
}

class Refresher {
  readonly #stale = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  take({ type, session }: ApiEvent): void {
    if (type.startsWith('session.')) this.#stale.add('/v1/sessions')
    else {
      this.#stale.add(`/v1/sessions/${session}/`)
      this.#stale.add('/v1/messages/')
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const beginning of this.#stale) refresh(beginning)
      this.#stale.clear()
    }, PAUSE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

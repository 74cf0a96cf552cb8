import { useEffect } from 'react'
import { addressOf } from './kurir.ts'
import { queries, refresh } from './queries.ts'
import { EVENT_TYPES, type KurirEvent } from './types.ts'

type Listener = (event: KurirEvent) => void
const listeners = new Set<Listener>()
/** Changes that come in a burst are read once. */
const PAUSE_MS = 250

/** Follows the gateway's events while the page is open, and has what they are about read again. */
export function useLiveUpdates(canRead: boolean, tenant: string | undefined): void {
  useEffect(() => {
    if (!canRead) {
      const timer = setInterval(() => refresh('sessions'), 3_000)
      return () => clearInterval(timer)
    }
    const query = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`
    const source = new EventSource(addressOf(`/v1/events${query}`))
    const refresher = new Refresher()
    const take = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as KurirEvent
      refresher.take(event)
      for (const listener of listeners) listener(event)
    }
    for (const type of EVENT_TYPES) source.addEventListener(type, take)
    // Events may have been missed while the stream was away.
    source.addEventListener(
      'open',
      () => void queries.invalidateQueries({ predicate: ({ queryKey: [of] }) => of !== 'me' }),
    )
    return () => {
      source.close()
      refresher.stop()
    }
  }, [canRead, tenant])
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

  take({ type }: KurirEvent): void {
    if (type.startsWith('session.')) this.#stale.add('sessions')
    else if (type.startsWith('alert.')) this.#stale.add('alerts')
    else for (const key of ['chats', 'messages', 'message', 'groups']) this.#stale.add(key)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const key of this.#stale) refresh(key)
      this.#stale.clear()
    }, PAUSE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

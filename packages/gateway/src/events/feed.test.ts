import { expect, test, vi } from 'vitest'
import { DEFAULT_TENANT } from '../core/ids.ts'
import { TestClock } from '../webhooks/test/clock.ts'
import { openTestStore } from '../webhooks/test/store.ts'
import { EventFeed } from './feed.ts'

test('a follower hears a sign of life while nothing happens, events at once, and ends when he is told to', async () => {
  const clock = new TestClock()
  const store = await openTestStore({ clock })
  const session = await store.createSession('sales')
  const stop = new AbortController()
  const pages: string[][] = []
  const following = (async () => {
    const query = { tenant: DEFAULT_TENANT, limit: 2 }
    for await (const page of new EventFeed(store.events, clock).follow(query, stop.signal)) {
      pages.push(page.map(({ event }) => (event.data as { text: string }).text))
    }
  })()
  const until = (count: number) => vi.waitFor(() => expect(pages).toHaveLength(count), { timeout: 5_000, interval: 5 })
  await until(1)
  // The clock may only be turned once the follower sleeps.
  await vi.waitFor(() => {
    clock.advance(15_000)
    expect(pages.length).toBeGreaterThan(1)
  })
  expect(pages.flat()).toEqual([])
  pages.length = 0
  await Promise.all(['a', 'b', 'c'].map((text) => store.receive(session, '628111', text)))
  await vi.waitFor(() => expect(pages.flat()).toEqual(['a', 'b', 'c']), { timeout: 5_000, interval: 5 })
  expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(2)
  stop.abort()
  await following
  await store.close()
})

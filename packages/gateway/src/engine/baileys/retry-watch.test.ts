import type { CacheStore } from 'baileys'
import { expect, test } from 'vitest'
import type { Trouble } from './options.ts'
import { RetryWatch } from './retry-watch.ts'

function watch() {
  const told: Trouble[] = []
  const values = new Map<string, unknown>()
  const store: CacheStore = {
    get: <T>(key: string) => values.get(key) as T,
    set: (key, value) => void values.set(key, value),
    del: (key) => void values.delete(key),
    flushAll: () => values.clear(),
  }
  const retries = new RetryWatch((trouble) => told.push(trouble))
  const counters = retries.over(store)
  const request = (id: string) => retries.receipt({ tag: 'receipt', attrs: { id, type: 'retry' } })
  return { told, counters, request, retries }
}

test('what is counted for a message that nobody asked us for is a request of ours', async () => {
  const { told, counters, retries } = watch()
  retries.receipt({ tag: 'receipt', attrs: { id: 'A', type: 'read' } })
  await counters.set('A:x', 1)
  expect(told).toEqual(['asked'])
  expect(await counters.get('A:x')).toBe(1)
})

test('a request of somebody is answered once by the second count, again and again', async () => {
  const { told, counters, request } = watch()
  for (const expected of [1, 2]) {
    request('A')
    await counters.set('A:x', 2 * expected - 1)
    await counters.set('A:x', 2 * expected)
    expect(told.filter((one) => one === 'answered')).toHaveLength(expected)
  }
  expect(told).toEqual(['requested', 'answered', 'requested', 'answered'])
})

test('two devices at once are two requests and two answers; one that cannot be answered is none', async () => {
  const { told, counters, request } = watch()
  request('A')
  request('A')
  for (const device of ['x:1', 'x:2', 'x:1', 'x:2']) await counters.set(`A:${device}`, 1)
  request('B')
  await counters.set('B:x', 1)
  request('B')
  await counters.set('B:x', 2)
  expect(told.filter((one) => one === 'answered')).toHaveLength(2)
  expect(told.filter((one) => one === 'requested')).toHaveLength(4)
  expect(told).not.toContain('asked')
})

import { describe, expect, test } from 'vitest'
import { BoundedCache } from './bounded-cache.ts'
import { KeyedLock } from './locks.ts'

describe('KeyedLock', () => {
  test('runs tasks of one key in order and one at a time, also after one that failed', async () => {
    const lock = new KeyedLock()
    const seen: string[] = []
    const task = (name: string) => async () => {
      seen.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(`${name} ends`)
      if (name === 'two') throw new Error('two failed')
      return name
    }
    const results = await Promise.allSettled(['one', 'two', 'three'].map((name) => lock.run('key', task(name))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const order = ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`])
    expect(seen).toEqual(order)
  })

  test('lets other keys pass', async () => {
    const lock = new KeyedLock()
    const gate = Promise.withResolvers<void>()
    const held = lock.run('one', () => gate.promise)
    expect(await lock.run('two', async () => 'passed')).toBe('passed')
    gate.resolve()
    await held
  })
})

describe('BoundedCache', () => {
  test('forgets what was not asked for longest, and what is too old', () => {
    let now = 0
    const cache = new BoundedCache({ limit: 2, ttlMs: 100, now: () => now })
    cache.set('a', 1)
    cache.set('b', 2)
    expect(cache.get('a')).toBe(1)
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
    now = 100
    expect(cache.get('a')).toBeUndefined()
    cache.set('d', 4)
    cache.del('d')
    expect(cache.get('d')).toBeUndefined()
    cache.set('e', 5)
    cache.flushAll()
    expect(cache.get('e')).toBeUndefined()
  })
})

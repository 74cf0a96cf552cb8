import { describe, expect, test } from 'vitest'
import { HandshakeGate } from './handshake-gate.ts'
import { Locks } from './locks.ts'
import { settle } from './test/manual-clock.ts'

describe('the handshake gate', () => {
  test('lets only so many in at once, the others in the order of asking', async () => {
    const gate = new HandshakeGate(2)
    const entered: number[] = []
    const leave: (() => void)[] = []
    const { signal } = new AbortController()
    for (const who of [0, 1, 2, 3]) {
      void gate.enter(signal).then((out) => {
        entered.push(who)
        if (out) leave[who] = out
      })
    }
    await settle()
    expect(entered).toEqual([0, 1])
    leave[1]?.()
    leave[1]?.()
    await settle()
    expect(entered).toEqual([0, 1, 2])
    leave[0]?.()
    await settle()
    expect(entered).toEqual([0, 1, 2, 3])
  })

  test('forgets who gave up, and keeps no place for him', async () => {
    const gate = new HandshakeGate(1)
    const leave = await gate.enter(new AbortController().signal)
    const impatient = new AbortController()
    const gaveUp = gate.enter(impatient.signal)
    const patient = gate.enter(new AbortController().signal)
    impatient.abort()
    expect(await gaveUp).toBeUndefined()
    leave?.()
    expect(await patient).toBeTypeOf('function')
    expect(await gate.enter(impatient.signal)).toBeUndefined()
  })
})

describe('locks', () => {
  test('work on one key follows the work before, even after a failure; other keys do not wait', async () => {
    const locks = new Locks<string>()
    const done: string[] = []
    const slow = Promise.withResolvers<void>()
    const first = locks.run('a', async () => {
      await slow.promise
      done.push('a1')
      throw new Error('failed')
    })
    const second = locks.run('a', async () => done.push('a2'))
    await locks.run('b', async () => done.push('b1'))
    expect(done).toEqual(['b1'])
    slow.resolve()
    await expect(first).rejects.toThrow('failed')
    await second
    expect(done).toEqual(['b1', 'a1', 'a2'])
  })
})

import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

/** Keeps the processor busy. */
function work(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

/** Counts passes of the event loop until told to stop. */
function countPasses() {
  const seen = { passes: 0, stop: false }
  const pass = () => {
    seen.passes += 1
    if (!seen.stop) setImmediate(pass)
  }
  setImmediate(pass)
  return seen
}

test('many short steps that begin together are done in many passes of the event loop, in their order', async () => {
  const turns = new Turns()
  const seen = countPasses()
  const order: number[] = []
  await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      await turns.next()
      await Promise.resolve()
      work(3)
      order.push(n)
    }),
  )
  seen.stop = true
  expect(order).toEqual(Array.from({ length: 30 }, (_, n) => n))
  expect(seen.passes).toBeGreaterThanOrEqual(5)
})

test('a step after another waits for nothing while there is time', async () => {
  const turns = new Turns()
  for (let n = 0; n < 5; n += 1) {
    expect(turns.next()).toBeUndefined()
    await new Promise(setImmediate)
  }
})

test('one that comes when the pass has no time left, or others wait, waits too', async () => {
  const turns = new Turns()
  expect(turns.next()).toBeUndefined()
  work(15)
  const [one, two] = [turns.next(), turns.next()]
  expect(one).toBeInstanceOf(Promise)
  expect(two).toBeInstanceOf(Promise)
  await Promise.all([one, two])
})

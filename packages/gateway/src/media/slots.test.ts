import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Slots } from './slots.ts'

test('what runs together never weighs more than allowed, and everything runs in the order of asking', async () => {
  const slots = new Slots(2)
  const [begun, weights]: [number[], number[]] = [[], []]
  let weight = 0
  const work = [1, 1, 2, 1, 5, 1, 1]
  const results = await Promise.allSettled(
    work.map((own, index) =>
      slots.run(async () => {
        begun.push(index)
        weight += Math.min(own, 2)
        weights.push(weight)
        await wait(index % 3)
        weight -= Math.min(own, 2)
        if (index === 3) throw new Error('failed')
        return index
      }, own),
    ),
  )
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(Math.max(...weights)).toBe(2)
  expect(results.map((one) => one.status === 'fulfilled')).toEqual([true, true, true, false, true, true, true])
  expect(await slots.run(async () => 'free again', 2)).toBe('free again')
})

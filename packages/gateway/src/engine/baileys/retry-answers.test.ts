import type { BinaryNode } from 'baileys'
import { expect, test } from 'vitest'
import { ManualClock, settle } from '../../sessions/test/manual-clock.ts'
import { RetryAnswers } from './retry-answers.ts'

const ACK_MS = 20_000
const request: BinaryNode = { tag: 'receipt', attrs: { id: '3EB0', type: 'retry', from: 'bob', offline: '0' } }

function setUp(answer: () => void = () => {}) {
  const clock = new ManualClock()
  const life = new AbortController()
  const answers = new RetryAnswers(clock, ACK_MS, life.signal)
  const shown: BinaryNode[] = []
  const give = () =>
    answers.give(request, async (stanza) => {
      shown.push(stanza)
      answer()
    })
  return { clock, life, answers, shown, give }
}

test('a request is shown once where the server acknowledges a copy, without the mark that sets it aside', async () => {
  const { answers, shown, give } = setUp()
  const given = give()
  await settle()
  answers.acked('3EB0')
  await given
  expect(shown.map(({ attrs }) => attrs)).toEqual([{ id: '3EB0', type: 'retry', from: 'bob' }])
})

test('one without a copy is shown again, but not for ever', async () => {
  const { clock, shown, give } = setUp(() => {
    throw new Error('no keys')
  })
  const given = give()
  await clock.advance(10 * ACK_MS)
  await given
  expect(shown).toHaveLength(3)
})

test('of two who ask for the same message each needs a copy', async () => {
  const { clock, answers, shown, give } = setUp()
  const both = [give(), give()]
  await settle()
  answers.acked('3EB0')
  await clock.advance(ACK_MS)
  expect(shown).toHaveLength(3)
  answers.acked('3EB0')
  await Promise.all(both)
})

test('nothing is shown after the end of the connection', async () => {
  const { life, shown, give } = setUp()
  const given = give()
  await settle()
  life.abort()
  await given
  await give()
  expect(shown).toHaveLength(1)
})

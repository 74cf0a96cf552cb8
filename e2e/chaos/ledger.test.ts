import { describe, expect, test } from 'vitest'
import { CLEAN, check, Ledger } from './ledger.ts'

function ledger(...lines: [chat: string, text: string, id: string, copies?: number][]): Ledger {
  const made = new Ledger()
  for (const [chat, text, id, copies = 1] of lines) made.add({ chat, text, id, copies })
  return made
}

const given = ledger(['a', '0', 'm0'], ['b', '0', 'm1'], ['a', '1', 'm2'], ['a', '2', 'm3'])

describe('the checker', () => {
  test('finds nothing where all was seen once and in order, and counts copies of the same id', () => {
    const seen = ledger(['a', '0', 'e0'], ['a', '1', 'e1', 2], ['a', '1', 'e1'], ['b', '0', 'e2'], ['a', '2', 'e3'])
    expect(check(given, seen)).toEqual({ ...CLEAN, extraCopies: 2 })
  })

  test.each([
    ['lost', ledger(['a', '0', 'e0'], ['a', '2', 'e3'], ['b', '0', 'e2']), { lost: 1 }],
    ['lost with its chat', ledger(['a', '0', 'e0'], ['a', '1', 'e1'], ['a', '2', 'e3']), { lost: 1 }],
    [
      'twice under two ids',
      ledger(['a', '0', 'e0'], ['a', '1', 'e1'], ['a', '1', 'e9'], ['b', '0', 'e2'], ['a', '2', 'e3']),
      { twice: 1 },
    ],
    [
      'what nobody sent',
      ledger(['a', '0', 'e0'], ['a', '1', 'e1'], ['a', 'x', 'e9'], ['b', '0', 'e2'], ['a', '2', 'e3']),
      { twice: 1 },
    ],
    ['out of order', ledger(['a', '1', 'e1'], ['a', '0', 'e0'], ['b', '0', 'e2'], ['a', '2', 'e3']), { outOfOrder: 1 }],
  ])('finds what is %s', (_name, seen, found) => {
    expect(check(given, seen)).toEqual({ ...CLEAN, extraCopies: 0, ...found })
  })
})

import { describe, expect, test } from 'vitest'
import { matchKeyword } from './keyword.ts'
import { PatternCache } from './pattern.ts'
import type { RuleMatch } from './ports.ts'

const patterns = new PatternCache()
const match = (keyword: string, text: string, how: RuleMatch = 'exact') =>
  matchKeyword({ keyword, match: how }, text, patterns)

describe('a keyword', () => {
  test.each([
    ['Halo', 'halo'],
    ['halo', '  HALO\n'],
    [' halo ', 'Halo'],
    ['café', 'CAFE\u0301'],
    ['harga 2024', 'Harga 2024'],
  ])('%j is %j', (keyword, text) => {
    expect(match(keyword, text)).toEqual({ args: null })
  })

  test.each([
    ['halo', 'halo kak'],
    ['halo', 'halo#ani'],
    ['halo', ''],
    ['harga 2024', 'harga  2024'],
  ])('%j is not %j', (keyword, text) => {
    expect(match(keyword, text)).toBeUndefined()
  })

  test('may be the beginning, a part or an expression', () => {
    expect(match('harga', 'Harga sepatu?', 'prefix')).toBeDefined()
    expect(match('harga', 'Berapa harga?', 'prefix')).toBeUndefined()
    expect(match('harga', 'Berapa HARGA?', 'contains')).toBeDefined()
    expect(match('h[ae]rga|biaya', 'Berapa BIAYA nya', 'regex')).toBeDefined()
    expect(match('^h[ae]rga$', ' Herga ', 'regex')).toBeDefined()
    expect(match('^h[ae]rga$', 'harga?', 'regex')).toBeUndefined()
    expect(match('', 'anything', 'any')).toEqual({ args: null })
    expect(match('', '', 'any')).toEqual({ args: null })
  })
})

describe('a keyword that ends in #', () => {
  test('takes what stands behind it, as it was written', () => {
    expect(match('penawaran#', 'penawaran#Jhon Doe#jhon@example.com')).toEqual({
      args: ['Jhon Doe', 'jhon@example.com'],
    })
    expect(match('penawaran#', ' PENAWARAN # Ani # 2 ')).toEqual({ args: ['Ani', '2'] })
    expect(match('penawaran#', 'penawaran#')).toEqual({ args: [''] })
    expect(match('penawaran#', 'penawaran#a##b')).toEqual({ args: ['a', '', 'b'] })
  })

  test('matches on the part before the first #', () => {
    expect(match('penawaran#', 'penawaran')).toBeUndefined()
    expect(match('penawaran#', 'tawar#penawaran#1')).toBeUndefined()
    expect(match('pena#', 'penawaran#1', 'prefix')).toEqual({ args: ['1'] })
    expect(match('wara#', 'penawaran#1', 'contains')).toEqual({ args: ['1'] })
    expect(match('1#', 'penawaran#1', 'contains')).toBeUndefined()
    expect(match('^pena\\w+$#', 'penawaran#1', 'regex')).toEqual({ args: ['1'] })
  })
})

import { describe, expect, test } from 'vitest'
import { compilePattern, PatternCache, PatternError } from './pattern.ts'

/** Expressions that take a backtracking machine exponential or at least quadratic time. */
const HARMFUL = [
  '(a+)+$',
  '^(a+)+$',
  '(a|aa)+$',
  '(a|a?)+$',
  '([a-zA-Z]+)*$',
  '(.*a){12}$',
  '(.*)*(.*)*x$',
  '(x+x+)+y',
  '(?:a?){30}a{30}',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^([a-z0-9]+([-.][a-z0-9]+)*)+@x$',
  '(\\s*\\w+\\s*)+:$',
  '(a*)*b',
  '((a*)*)*b',
  '((a+){1,5})+b',
  '([^,]*,){9}z',
  '(?:(?:a|b)*c)*d',
  '^\\s+|\\s+$|(\\s+x)+',
  '(\\p{L}+\\s?)+!$',
  '(.|\\n)*?z$',
]
const TEXTS = ['a'.repeat(10_000), 'ab'.repeat(5_000), 'x'.repeat(10_000), ' '.repeat(10_000), 'a, '.repeat(3_334)]

describe('an expression', () => {
  test.each(HARMFUL)('%s takes milliseconds at any text', (expression) => {
    const pattern = compilePattern(expression)
    const times = TEXTS.map((text) => {
      const tries = [1, 2, 3].map(() => {
        const started = performance.now()
        pattern.finds(text)
        return performance.now() - started
      })
      return Math.min(...tries)
    })
    // Single milliseconds on an idle machine; backtracking would take years for the first of them.
    expect(Math.max(...times)).toBeLessThan(50)
  })

  test.each([
    ['(?=a)b', 'look-around'],
    ['(?!a)b', 'look-around'],
    ['(?<=a)b', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'back-reference'],
    ['(?P<x>a)\\k<x>', 'back-reference'],
    ['a(', 'missing closing )'],
    ['[z-a]', 'cannot be read'],
    ['x{1001}', 'cannot be read'],
    ['(a{1,100}){1,100}', ''],
    ['(.{0,100}){0,9}z', 'too complex'],
    ['a'.repeat(300), 'longer than'],
  ])('%s is refused with its reason', (expression, reason) => {
    expect(() => compilePattern(expression)).toThrow(PatternError)
    expect(() => compilePattern(expression)).toThrow(reason)
  })

  test('ignores case, takes several lines, and looks at the beginning of long texts only', () => {
    expect(compilePattern('HÁLO.kak').finds('hálo\nKAK')).toBe(true)
    expect(compilePattern('\\\\1').finds('\\1')).toBe(true)
    expect(compilePattern('z$').finds(`${'a'.repeat(2_000)}z`)).toBe(false)
  })

  test('is compiled once for many messages', () => {
    const patterns = new PatternCache(2)
    const first = patterns.get('a')
    expect(patterns.get('a')).toBe(first)
    patterns.get('b')
    patterns.get('c')
    expect(patterns.get('a')).not.toBe(first)
  })
})

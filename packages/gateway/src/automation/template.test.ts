import { describe, expect, test } from 'vitest'
import { fillTemplate } from './template.ts'

const VALUES = { name: 'Ani', number: '6281311110001', time: '09:05', date: '2026-03-02' }
const fill = (template: string, random: () => number = () => 0) => fillTemplate(template, VALUES, random)

describe('a template', () => {
  test('picks one of the choices, each as likely as the other', () => {
    const picked = [0, 0.33, 0.34, 0.66, 0.67, 0.99].map((value) => fill('{a|b|c}', () => value))
    expect(picked).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
    expect(fill('{Hi|Hello} [name] your message has no keyword here.', () => 0.5)).toBe(
      'Hello Ani your message has no keyword here.',
    )
  })

  test('picks within a choice', () => {
    expect(fill('{Hi|Good {day|night}}!', () => 0.9)).toBe('Good night!')
    expect(fill('{a|}{b|}', () => 0.9)).toBe('')
  })

  test('fills in the variables, in any case', () => {
    expect(fill('[name] [Number] [TIME] [date] [other]')).toBe('Ani 6281311110001 09:05 2026-03-02 [other]')
  })

  test('leaves braces that choose nothing, and a lone bar', () => {
    expect(fill('{x} | {} }{ {a|b')).toBe('{x} | {} }{ {a|b')
  })

  test('does not read what was filled in', () => {
    const values = { ...VALUES, name: '{a|b} [number] $&' }
    expect(fillTemplate('Hi [name]', values, () => 0)).toBe('Hi {a|b} [number] $&')
  })

  test('takes braces by the thousand', () => {
    expect(fill('{'.repeat(4_000))).toBe('{'.repeat(4_000))
    expect(fill(`${'{a|'.repeat(1_300)}b${'}'.repeat(1_300)}`, () => 0.9)).toBe('b')
  })
})

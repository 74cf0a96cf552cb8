import { describe, expect, test } from 'vitest'
import { bodyText, choiceBy, looksLikeChoice, numberedText } from './choices.ts'
import type { ButtonsContent, ListContent } from './content.ts'

const list: ListContent = {
  type: 'list',
  text: 'What would you like?',
  title: 'Menu',
  buttonText: 'Open',
  sections: [
    { title: 'Hot', rows: [{ id: 'tea', title: 'Tea', description: 'with lemon' }] },
    { title: 'Cold', rows: [{ id: 'ice', title: 'Ice tea' }] },
  ],
}
const buttons: ButtonsContent = {
  type: 'buttons',
  text: 'Sure?',
  footer: 'Toko Sinar',
  buttons: [
    { kind: 'url', title: 'Terms', url: 'https://example.com' },
    { kind: 'reply', id: 'y', title: 'Yes' },
    { kind: 'call', title: 'Call', phone: '6281200000001' },
    { kind: 'reply', id: 'n', title: 'No' },
  ],
}

test('choices are numbered over all sections; links and calls have no number', () => {
  expect(numberedText(list)).toBe('*Menu*\n\nWhat would you like?\n\n*Hot*\n1. Tea – with lemon\n\n*Cold*\n2. Ice tea')
  expect(numberedText(buttons)).toBe(
    'Sure?\n\nTerms: https://example.com\n1. Yes\nCall: +6281200000001\n2. No\n\n_Toko Sinar_',
  )
  const [section] = list.sections
  expect(bodyText({ ...list, sections: section ? [section] : [] })).toBe('What would you like?\n\n1. Tea – with lemon')
})

describe('an answer by number', () => {
  test.each([
    ['1', 'y'],
    [' 2 ', 'n'],
    ['1.', 'y'],
    ['2)', 'n'],
    ['01', 'y'],
  ])('%j is %s', (text, id) => {
    expect(looksLikeChoice(text)).toBe(true)
    expect(choiceBy(text, buttons)).toEqual({ type: 'buttonReply', id, title: id === 'y' ? 'Yes' : 'No', text })
  })

  test.each(['0', '3', '999', '-1', '1.5', '1 please', 'one', '', '１', '1234'])('%j is none', (text) => {
    expect(choiceBy(text, buttons)).toBeUndefined()
  })

  test('of a list is a row', () => {
    expect(choiceBy('2', list)).toEqual({ type: 'listReply', id: 'ice', title: 'Ice tea', text: '2' })
  })
})

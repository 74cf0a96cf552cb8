import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAILURE_REASONS } from '../../../core/message.ts'
import { SEND_BODIES } from './bodies.ts'

const page = readFileSync(new URL('../../../../../../docs/messages.md', import.meta.url), 'utf8')

/** The rows of the table under a heading: the words of the first cell, and the cells. */
function rows(heading: string): { names: string[]; text: string }[] {
  const section = page.slice(page.indexOf(heading))
  const table = /(\n\|.*)+/.exec(section)?.[0] ?? ''
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((text) => ({ names: [...(text.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name), text }))
}

/** Fields of every type, which the page tells of once. */
const COMMON = ['type', 'to', 'reply_to', 'send_at', 'expires_at']

test('the page names every type that can be sent, with every field', () => {
  const listed = rows('# Messages')
  for (const field of COMMON) expect(page).toContain(`\`${field}\``)
  expect(listed.flatMap(({ names }) => names).sort()).toEqual(Object.keys(SEND_BODIES).sort())
  for (const [type, { properties }] of Object.entries(SEND_BODIES)) {
    const text = listed.find(({ names }) => names.includes(type))?.text
    for (const field of Object.keys(properties)) {
      if (!COMMON.includes(field)) expect(text, type).toContain(`\`${field}\``)
    }
  }
})

test('the page names every reason of a message that failed, and no other', () => {
  const listed = rows('## When a message fails')
  expect(listed.flatMap(({ names }) => names.slice(0, 1)).sort()).toEqual([...FAILURE_REASONS].sort())
})

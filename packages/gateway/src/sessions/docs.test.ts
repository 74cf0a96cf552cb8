import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type SessionStatus, STATUS_REASONS } from '../core/session.ts'

const page = readFileSync(new URL('../../../../docs/pairing.md', import.meta.url), 'utf8')

/** The compiler asks for each that is missing. */
const STATUSES: Record<SessionStatus, true> = {
  ...{ stopped: true, connecting: true, qr: true },
  ...{ connected: true, disconnected: true, logged_out: true },
}

/** The words in the first column of the table whose head begins with `head`. */
function firstColumn(head: string): string[] {
  const table = /(\n\|.*)+/.exec(page.slice(page.indexOf(`\n| ${head} `)))?.[0] ?? ''
  const cells = table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) => row.split('|')[1] ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word))
}

test('docs/pairing.md names every status of a session and every reason, and no other', () => {
  expect(firstColumn('`status`').sort()).toEqual(Object.keys(STATUSES).sort())
  expect(firstColumn('`reason`').sort()).toEqual([...STATUS_REASONS].sort())
})

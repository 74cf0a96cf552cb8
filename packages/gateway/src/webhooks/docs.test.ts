import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../core/event.ts'
import { FETCH_FAILURES } from '../safe-fetch/errors.ts'
import { ATTEMPT_ERRORS } from './call.ts'
import { RETRY_DELAYS_MS } from './retry-schedule.ts'

const page = await readFile(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8')

/** What no delivery ends in: its URL was checked when it was written down, and its answer is not read. */
const NEVER = [
  'invalid_url',
  'scheme_not_allowed',
  'credentials_not_allowed',
  'proxy_scheme_not_allowed',
  'too_many_redirects',
  'too_large',
  'aborted',
]

describe('docs/webhooks.md', () => {
  it('names every event, and no other', () => {
    const table = page.slice(page.indexOf('| `type` | when |'), page.indexOf('## Answer quickly'))
    const cells = [...table.matchAll(/^\| (`[^|]*\.[^|]*) \|/gm)].map(([, cell = '']) => cell)
    const names = cells.flatMap((cell) => cell.match(/[a-z]+\.[a-z]+/g) ?? [])
    expect(names.sort()).toEqual([...EVENT_TYPES].sort())
  })

  it('names every error of a delivery, and no other', () => {
    const table = page.slice(page.indexOf('| `last_error` |'), page.indexOf('## Order'))
    const words = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z_]{4,}/g) ?? [])
    const known = [...Object.keys(FETCH_FAILURES).filter((reason) => !NEVER.includes(reason)), ...ATTEMPT_ERRORS]
    expect(words.filter((word) => word !== 'last_error').sort()).toEqual(known.sort())
  })

  it('shows the retry schedule', () => {
    const row =
      /\| after the one before \|(.*)\|/
        .exec(page)?.[1]
        ?.split('|')
        .map((cell) => cell.trim()) ?? []
    const unit: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000 }
    const delays = row.map((cell) => {
      const [amount = '0', name = ''] = cell.split(' ')
      return cell === 'at once' ? 0 : Number(amount) * (unit[name] ?? Number.NaN)
    })
    expect(delays).toEqual(RETRY_DELAYS_MS)
  })
})

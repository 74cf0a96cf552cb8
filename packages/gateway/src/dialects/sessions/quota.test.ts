import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_QUOTAS } from '../../core/quota.ts'
import { DialectWorld, REGISTERED } from '../test/world.ts'
import { sessions } from './dialect.ts'

let world: DialectWorld
let headers: Record<string, string>
beforeAll(async () => {
  world = await DialectWorld.open([sessions], {}, { quotas: { ...NO_QUOTAS, numberChecksPerMonth: 5 } })
  const shown = await world.key('sessions')
  headers = { 'x-api-key': 'key' in shown ? shown.key : '' }
})
afterAll(() => world.close())

async function check(count: number, sessionId = 'shop') {
  const body = { sessionId, phoneNumbers: Array.from({ length: count }, () => REGISTERED) }
  const answer = await world.call({ method: 'POST', path: '/api/number-checker', body, headers })
  return { status: answer.status, body: JSON.parse(answer.text) }
}

test('document 002: over the month’s number checks', async () => {
  expect(await check(3, 'idle')).toMatchObject({ status: 400, body: { error: 'Session Not Connected' } })
  expect(await check(5)).toMatchObject({ status: 200, body: { summary: { total: 5, valid: 5, invalid: 0 } } })
  expect(await check(1)).toEqual({
    status: 429,
    body: {
      success: false,
      error: 'Number check limit reached',
      limit: 5,
      used: 5,
      remaining: 0,
      message: 'You have reached your number check limit. Please upgrade your plan.',
    },
  })
})

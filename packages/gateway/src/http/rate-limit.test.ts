import { afterEach, expect, test } from 'vitest'
import { HttpRig } from './test/http-rig.ts'
import { TokenBuckets } from './token-bucket.ts'

let rig: HttpRig | undefined
afterEach(async () => {
  await rig?.close()
  rig = undefined
})

test('a bucket gives its burst at once and its rate in the long run', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 20, burst: 60 }, () => now)
  const takeAll = () => {
    let taken = 0
    while (buckets.take('a').allowed) taken += 1
    return taken
  }
  expect(takeAll()).toBe(60)
  expect(buckets.take('a')).toEqual({ allowed: false, limit: 60, remaining: 0, resetSeconds: 1 })
  expect(buckets.take('b')).toEqual({ allowed: true, limit: 60, remaining: 59, resetSeconds: 0 })
  now += 1_000
  expect(takeAll()).toBe(20)
  now += 3_600_000
  expect(takeAll()).toBe(60)
})

test('buckets that are full again are forgotten', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 1, burst: 2 }, () => now)
  for (let index = 0; index < 10_000; index += 1) buckets.take(`name ${index}`)
  expect(buckets.size).toBe(10_000)
  now += 10_000
  buckets.take('one more')
  expect(buckets.size).toBe(1)
})

test('a key that asks too often gets 429 with the time to wait; another key is served', async () => {
  rig = await HttpRig.open({ config: { rateLimit: { perSecond: 0.001, burst: 3 } } })
  const key = await rig.key(['read'])
  const answers = []
  for (let index = 0; index < 5; index += 1) answers.push(await rig.call('GET', '/v1/sessions', { key }))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
  expect(answers.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['2', '1', '0', '0', '0'])
  expect(answers[3]?.body).toMatchObject({ code: 'rate_limited', status: 429 })
  expect(answers[3]?.headers.get('ratelimit-limit')).toBe('3')
  expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(900)
  expect((await rig.call('GET', '/v1/sessions', { key: await rig.key(['read']) })).status).toBe(200)
  expect((await rig.call('GET', '/healthz', { key: null })).status).toBe(200)
})

test('an address that guesses keys is slowed down', async () => {
  rig = await HttpRig.open({ config: { rateLimit: { perSecond: 20, burst: 60 } } })
  const statuses = []
  for (let index = 0; index < 60; index += 1) {
    statuses.push((await rig.call('GET', '/v1/sessions', { key: `kur_guess_${index}` })).status)
  }
  expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true)
  expect(statuses).toContain(429)
  expect((await rig.call('GET', '/v1/sessions')).status).toBe(200)
})

test('without a limit there are no limit headers', async () => {
  rig = await HttpRig.open()
  const answer = await rig.call('GET', '/v1/sessions')
  expect(answer.headers.get('ratelimit-limit')).toBeNull()
})

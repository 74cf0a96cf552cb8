import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../messages/test/rig.ts'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

interface Bucket {
  at: string
  sent: number
  received: number
}

async function sent(window: string, tenant?: string): Promise<{ buckets: Bucket[]; total: number }> {
  const query = tenant === undefined ? '' : `&tenant=${tenant}`
  const { body } = await rig.call('GET', `/v1/stats?window=${window}${query}`)
  const buckets = body.buckets as Bucket[]
  return { buckets, total: buckets.reduce((sum, bucket) => sum + bucket.sent, 0) }
}

test('messages are counted once each, in buckets without gaps, for their own tenant', async () => {
  await rig.call('POST', '/v1/tenants', { body: { id: 'acme', name: 'Acme' } })
  await rig.rig.connected('shop')
  const empty = await sent('hour')
  expect([empty.total, empty.buckets.length]).toEqual([0, 60])
  const send = () =>
    rig.call('POST', '/v1/sessions/shop/messages?wait=5000', { body: { to: '6281300000001', type: 'text', text: 'x' } })
  for (let count = 1; count <= 3; count += 1) {
    expect((await send()).status).toBe(200)
    await until('it is counted', async () => (await sent('hour')).total === count || undefined)
  }
  const [hour, day, other] = await Promise.all([sent('hour'), sent('day'), sent('hour', 'acme')])
  expect([hour.total, day.total, other.total]).toEqual([3, 3, 0])
  expect(day.buckets).toHaveLength(96)
  const times = hour.buckets.map(({ at }) => Date.parse(at))
  expect(times.every((at, index) => index === 0 || at - (times[index - 1] ?? 0) === 60_000)).toBe(true)
})

import { afterEach, expect, test } from 'vitest'
import { phoneJid } from '../core/jid.ts'
import { ManualClock, settle } from '../sessions/test/manual-clock.ts'
import { inbound, Rig, TENANT, until, wordsOf } from './test/rig.ts'

const [KNOWN, STRANGER, OTHER] = [phoneJid('6281300000001'), phoneJid('6281300000002'), phoneJid('6281300000003')]

let rig: Rig
let clock: ManualClock
afterEach(() => rig?.close())

/** A session that knows one person and was refused by WhatsApp when it wrote to another. */
async function restricted() {
  clock = new ManualClock()
  rig = await Rig.open({ clock })
  const session = await rig.connected()
  const account = rig.account(session)
  account.deliver(inbound('IN1', 'halo', KNOWN))
  await until('the message is stored', async () => {
    const stored = await rig.messages.list(TENANT, 'shop', { limit: 1 })
    return stored.length > 0 ? true : undefined
  })
  account.answer = () => ({ kind: 'refuse', code: '463', retry: false })
  const refused = await rig.text('kenalan', STRANGER)
  await rig.untilMessage(refused.id, 'failed')
  account.answer = () => ({ kind: 'ack' })
  await until('the session says so', async () => ((await rig.session('shop')).restriction ? true : undefined))
  return { session, account }
}

const sentTo = (account: { accepted: { to: string }[] }) => account.accepted.map(({ to }) => to)

test('after 463 first messages wait, an hour long; known people and groups are written to', async () => {
  const { account } = await restricted()
  const cold = await rig.text('halo', OTHER)
  const warm = await rig.text('balas', KNOWN)
  const group = await rig.text('semua', '120363000000000001@g.us' as never)
  await rig.untilMessage(warm.id, 'sent')
  await rig.untilMessage(group.id, 'sent')
  await clock.advance(59 * 60_000)
  await settle()
  expect(sentTo(account)).not.toContain(OTHER)
  expect((await rig.messages.get(TENANT, cold.id)).status).toBe('accepted')
  await clock.advance(2 * 60_000)
  await rig.untilMessage(cold.id, 'sent')
  expect(account.accepted.filter(({ to }) => to === OTHER).map(wordsOf)).toEqual(['halo'])
})

test('the refused message is never tried again, and events tell of the restriction once', async () => {
  const { session, account } = await restricted()
  await rig.text('lagi', STRANGER)
  await settle()
  expect(account.attempted.filter(({ to }) => to === STRANGER)).toHaveLength(1)
  const { uid } = session
  const events = await rig.store.events.listEvents({ tenant: null, sessionUid: uid, limit: 100 })
  const told = events.filter(({ event }) => (event.data as { health?: string }).health === 'restricted')
  expect(told).toHaveLength(1)
  expect(told[0]?.event).toMatchObject({ type: 'session.status', data: { status: 'connected' } })
})

test('the hold is still there after a restart, and goes when it is lifted', async () => {
  const { session, account } = await restricted()
  await rig.text('halo', OTHER)
  await rig.sessions.stop(TENANT, 'shop')
  await rig.sessions.start(TENANT, 'shop')
  await until('it is connected', async () => ((await rig.session('shop')).status === 'connected' ? true : undefined))
  await settle()
  expect(sentTo(account)).not.toContain(OTHER)
  const lifted = await rig.sessions.liftRestriction(TENANT, 'shop')
  expect(lifted.restriction).toBeNull()
  await clock.advance(15_000)
  await until('it is sent', () => (sentTo(account).includes(OTHER) ? true : undefined))
  const events = await rig.store.events.listEvents({ tenant: null, sessionUid: session.uid, limit: 100 })
  const health = events.flatMap(({ event }) => (event.data as { health?: string }).health ?? [])
  expect(health).toContain('restricted')
  expect(health.at(-1)).toBe('ok')
})

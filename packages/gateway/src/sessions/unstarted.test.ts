import { afterEach, beforeEach, expect, test } from 'vitest'
import { Rig, TENANT } from '../messages/test/rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.open()
})
afterEach(() => rig.close())

test('a session that is not to be started rests until it is', async () => {
  const made = await rig.sessions.create(TENANT, { id: 'later', isStarted: false })
  expect(made).toMatchObject({ status: 'stopped', reason: 'created', shouldRun: false })
  expect(await rig.session('later')).toEqual(made)
  await rig.sessions.start(TENANT, 'later')
  expect(await rig.untilStatus('later', 'qr')).toMatchObject({ shouldRun: true })
})

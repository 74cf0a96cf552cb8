import type { WASocket } from 'baileys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { control, eventually, next, pair } from './baileys-client.ts'

const ME = '6281200000001'
const BOB = '6281200000002'
const bobJid = `${BOB}@s.whatsapp.net`

let lab: Lab
let sock: WASocket

beforeAll(async () => {
  lab = await startLab({ decrypt: false })
  await control(lab, 'POST', '/phones', { phone: BOB })
  sock = (await pair(lab, ME)).sock
})
afterAll(async () => {
  sock.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

test('without decrypting, messages are acknowledged and delivery is confirmed', async () => {
  const sent = await sock.sendMessage(bobJid, { text: 'unread' })
  const row = await eventually(() => {
    const found = lab.world.ledger.find(ME, sent?.key.id ?? '')
    return found?.delivered === 1 && found
  })
  expect(row).toMatchObject({ accepted: 1, acked: 1, copies: 1, shown: 0, undecryptable: 0 })
  expect(lab.world.phone(BOB).inbox).toEqual([])
})

test('about, privacy and blocked people', async () => {
  await sock.updateProfileStatus('at work')
  expect((await sock.fetchStatus(`${ME}@s.whatsapp.net`))?.[0]?.status).toMatchObject({ status: 'at work' })
  await sock.updateLastSeenPrivacy('none')
  expect((await sock.fetchPrivacySettings(true)).last).toBe('none')
  await sock.updateBlockStatus(bobJid, 'block')
  expect(await sock.fetchBlocklist()).toEqual([lab.world.phone(BOB).lidJid()])
  await sock.updateBlockStatus(bobJid, 'unblock')
  expect(await sock.fetchBlocklist()).toEqual([])
})

test('somebody without a picture', async () => {
  await expect(sock.profilePictureUrl(bobJid)).rejects.toThrow('item-not-found')
})

test('prekeys run low: the server asks for more and Baileys brings them', async () => {
  const companion = lab.world.phone(ME).companions.get(1)!
  await eventually(() => companion.preKeys.length > 0)
  companion.preKeys.splice(0, companion.preKeys.length - 3)
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'takes one prekey' })
  await eventually(() => companion.preKeys.length > 2)
})

test('a call rings on the companion, which rejects it or hears it end', async () => {
  const offer = next(sock, 'call', ([call]) => call?.status === 'offer' && call)
  const { id } = await control(lab, 'POST', `/phones/${BOB}/call`, { to: ME, video: true })
  expect(await offer).toMatchObject({ id, isVideo: true, chatId: bobJid })
  await sock.rejectCall(String(id), bobJid)
  expect(lab.world.phone(BOB).calls.get(String(id))).toBe('rejected')
  await expect(control(lab, 'POST', `/phones/${BOB}/hang-up`, { to: ME, id: String(id) })).rejects.toThrow('409')
  const over = next(sock, 'call', ([call]) => call?.status === 'terminate' && call)
  const missed = await control(lab, 'POST', `/phones/${BOB}/call`, { to: ME })
  await control(lab, 'POST', `/phones/${BOB}/hang-up`, { to: ME, id: String(missed.id) })
  expect((await over).id).toBe(missed.id)
})

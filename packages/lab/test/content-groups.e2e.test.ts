import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type AnyMessageContent, downloadMediaMessage, type WAMessage, type WASocket } from 'baileys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import type { InboxRow } from '../src/world/rows.ts'
import { control, eventually, pair } from './baileys-client.ts'

const ME = '6281310000001'
const BOB = '6281310000002'
const EVE = '6281310000003'

let lab: Lab
let sock: WASocket
let group: string
const received: WAMessage[] = []
const file = randomBytes(20_000)
const sha256 = createHash('sha256').update(file).digest('hex')

beforeAll(async () => {
  lab = await startLab()
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(lab.caFile, 'utf8')])
  for (const phone of [ME, BOB, EVE]) await control(lab, 'POST', '/phones', { phone })
  ;({ sock } = await pair(lab, ME))
  sock.ev.on('messages.upsert', ({ messages }) => received.push(...messages))
  group = (await control<{ id: string }>(lab, 'POST', '/groups', { name: 'g', owner: BOB, participants: [ME, EVE] })).id
})
afterAll(async () => {
  sock.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

async function fromBob(content: object): Promise<WAMessage> {
  const { id } = await control<{ id: string }>(lab, 'POST', `/phones/${BOB}/messages`, { to: group, ...content })
  return eventually(() => received.find(({ key }) => key.id === id))
}

/** Sends to the group and answers the rows of both other members. */
async function toGroup(content: AnyMessageContent, options?: Parameters<WASocket['sendMessage']>[2]) {
  const sent = await sock.sendMessage(group, content, options)
  const rows: InboxRow[] = []
  for (const phone of [BOB, EVE]) {
    rows.push(await eventually(() => lab.world.phone(phone).inbox.find(({ id }) => id === sent?.key.id)))
  }
  return { sent, rows }
}

test('text and image of a phone, read by Baileys', async () => {
  const text = await fromBob({ text: 'to all', mentions: [ME] })
  expect(text.key).toMatchObject({ remoteJid: group, fromMe: false, participant: lab.world.phone(BOB).lidJid() })
  expect(text.message?.extendedTextMessage).toMatchObject({
    text: 'to all',
    contextInfo: { mentionedJid: [lab.world.phone(ME).lidJid()] },
  })
  const image = await fromBob({ image: { base64: file.toString('base64'), caption: 'see' } })
  expect(image.message?.imageMessage?.caption).toBe('see')
  const bytes = await downloadMediaMessage(image, 'buffer', {})
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
})

test('text, image and a quote of Baileys, shown by every member', async () => {
  for (const row of (await toGroup({ text: 'hello' })).rows) {
    expect(row).toMatchObject({ from: ME, chat: group, type: 'text', text: 'hello' })
  }
  for (const row of (await toGroup({ image: file, jpegThumbnail: '' })).rows) {
    expect(row).toMatchObject({ type: 'image', sha256 })
  }
  const asked = await fromBob({ text: 'who?' })
  for (const row of (await toGroup({ text: 'me' }, { quoted: asked })).rows) {
    expect(row).toMatchObject({ quote: asked.key.id, quoted: { participant: lab.world.phone(BOB).lidJid() } })
  }
})

test('reactions name the author, and an admin revokes what somebody else wrote', async () => {
  const { sent } = await toGroup({ text: 'a message' })
  const { message } = await fromBob({ reaction: { id: sent?.key.id, emoji: '👀' } })
  expect(message?.reactionMessage?.key).toMatchObject({ id: sent?.key.id, remoteJid: group })
  const { key } = await fromBob({ text: 'mine' })
  for (const row of (await toGroup({ react: { text: '❤️', key } })).rows) {
    expect(row).toMatchObject({ type: 'reaction', target: key.id })
  }
  const revoked = await fromBob({ revoke: { id: sent?.key.id } })
  expect(revoked.message?.protocolMessage?.key).toMatchObject({
    id: sent?.key.id,
    participant: lab.world.phone(ME).lidJid(),
  })
  const denied = control(lab, 'POST', `/phones/${EVE}/messages`, { to: group, revoke: { id: sent?.key.id } })
  await expect(denied).rejects.toThrow(/^400.*no admin/)
})

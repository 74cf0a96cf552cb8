import { setTimeout as pause } from 'node:timers/promises'
import { eventually, json } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import type { Findings, Setting } from './scenario.ts'

/** From the first change to the kill, at most. Milliseconds. */
const LATEST_MS = 400
/** So few one-time keys left that the server asks for more with the next one it hands out. */
const FEW_KEYS = 3

interface Round {
  ground: Ground
  findings: Findings
  /** Somebody new. */
  person: string
  /** A group of that person's. */
  group: string
}

/**
 * R15, second part: killed while keys change. Somebody writes whose LID is not known, then the LID becomes known in two
 * ways, so that the Signal session moves; one-time keys run out and are uploaded anew; a member leaves a group, so that
 * its senders take new keys. Answers in words what came of it.
 */
export async function changeKeys(
  { ground, findings }: Pick<Round, 'ground' | 'findings'>,
  setting: Setting,
  random: () => number,
): Promise<string> {
  const rounds = setting.isFull ? 150 : 2
  for (let n = 0; n < rounds; n += 1) {
    const round = await prepare(ground, findings, `62897${String(10_000_000 + n)}`)
    const changes = change(round)
    await pause(random() * LATEST_MS)
    await ground.kill()
    await changes
    await ground.begin()
    await check(round)
    setting.say(`keys: ${n + 1} of ${rounds}`)
  }
  return `${rounds} kills while LIDs, one-time keys and group keys changed: every message read once, no one-time key used again`
}

/** A person whose session is known by phone number only, in a group with the account and somebody who will leave. */
async function prepare(ground: Ground, findings: Findings, person: string): Promise<Round> {
  const { sessions, contacts } = ground.place
  const { id = '', phone = '' } = sessions[0] ?? {}
  await json('POST', `${ground.lab.url}/phones`, { body: { phone: person } })
  const participants = [phone, contacts[0]?.phone]
  const body = { name: 'Changing', owner: person, participants }
  const { id: group } = await json<{ id: string }>('POST', `${ground.lab.url}/groups`, { body })
  const round = { ground, findings, person, group }
  await ground.connected()
  await ground.fault('no-lid', { session: phone })
  await write(round, phone, 'by number')
  await eventually('the first message', async () => (await texts(ground, id, person)).length > 0)
  await json('DELETE', `${ground.lab.url}/faults`)
  ground.lab.world.phone(phone).companions.get(1)?.preKeys.splice(FEW_KEYS)
  return round
}

/** Everything that changes keys, at once and with messages between. */
async function change(round: Round): Promise<void> {
  const { ground, person, group } = round
  const { lab, place } = ground
  const phone = place.sessions[0]?.phone ?? ''
  const leaver = place.contacts[0]?.phone
  await write(round, group, 'with the first key')
  await write(round, phone, 'by LID')
  const stranger = `${person}0`
  await json('POST', `${lab.url}/phones`, { body: { phone: stranger } })
  await json('POST', `${lab.url}/phones/${phone}/announce-lids`)
  await json('POST', `${lab.url}/phones/${stranger}/messages`, { body: { to: phone, text: 'takes a one-time key' } })
  await json('POST', `${lab.url}/groups/${group}/participants`, { body: { remove: [leaver] } })
  await write(round, group, 'with the second key')
}

/** Both can read each other, and everything that was written is there once. */
async function check(round: Round): Promise<void> {
  const { ground, findings, person, group } = round
  const { id = '', phone = '' } = ground.place.sessions[0] ?? {}
  const message = { to: person, type: 'text', text: 'an answer' } as const
  const { status } = await ground.native.send(id, message, { wait: 15_000 })
  findings.expect(['sent', 'delivered'].includes(status), `${person}: an answer is ${status}`)
  await write(round, phone, 'after it')
  await write(round, group, 'after it')
  await expectTexts(round, person, ['after it', 'by LID', 'by number'])
  await expectTexts(round, group, ['after it', 'with the first key', 'with the second key'])
  await expectTexts(round, `${person}0`, ['takes a one-time key'])
  const shown = await eventually('the answer', async () => {
    const { messages } = await json<{ messages: { text?: string }[] }>(
      'GET',
      `${ground.lab.url}/phones/${person}/messages`,
    )
    return messages.filter(({ text }) => text === 'an answer')
  })
  findings.expect(shown.length === 1, `${person}: was shown the answer ${shown.length} times`)
}

/** Waits until a chat has these texts, and notes where it does not come to that. */
async function expectTexts({ ground, findings }: Round, chat: string, wanted: string[]): Promise<void> {
  const session = ground.place.sessions[0]?.id ?? ''
  let found: string[] = []
  const isSo = async () => {
    found = (await texts(ground, session, chat)).sort()
    return JSON.stringify(found) === JSON.stringify(wanted)
  }
  await eventually(`what ${chat} wrote`, isSo, { timeoutMs: 20_000 }).catch(() => {
    findings.expect(false, `${chat}: received ${found}`)
  })
}

/** What came in a chat; the kind where it is no text. */
async function texts(ground: Ground, session: string, chat: string): Promise<string[]> {
  const params = { path: { session }, query: { direction: 'in' as const, limit: 50, chat } }
  const { data } = await ground.native.get('/v1/sessions/{session}/messages', { params })
  return data.map((message) => String(message.text ?? message.kind ?? message.type))
}

async function write({ ground, person }: Round, to: string, text: string): Promise<void> {
  await json('POST', `${ground.lab.url}/phones/${person}/messages`, { body: { to, text } })
}

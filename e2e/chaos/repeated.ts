import { eventually, json } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import type { Receiver } from '../support/receiver.ts'
import { CLEAN, check, Ledger } from './ledger.ts'
import type { Scenario } from './scenario.ts'
import { play } from './theatre.ts'

/** R8: one message that comes several times, and several that share an id. */
export const repeated: Scenario = {
  id: 'R8',
  fault:
    'the same ciphertext three times, the same id encrypted anew three times, one id from two members of a group, what waited while the session was away, what the own phone sends',
  databases: ['sqlite', 'postgres'],
  run: (setting) =>
    play(setting, { sessions: 1, lab: { seed: String(setting.seed) } }, async ({ ground, receiver, findings }) => {
      const rounds = setting.isFull ? 300 : 6
      const given = new Ledger()
      // Each confirmed message comes again, and once more when that is confirmed.
      await ground.fault('redeliver', { probability: 0.67 })
      for (let n = 0; n < rounds; n += 1) await sendEach(ground, given, n)
      await ground.kill()
      for (let n = rounds; n < rounds * 2; n += 1) await sendEach(ground, given, n)
      await ground.begin()
      const verdict = () => check(given, told(receiver), receiver.of('message.undecryptable').length)
      await eventually('every event', () => verdict().lost === 0, { timeoutMs: 60_000 }).catch(() => {})
      await json('DELETE', `${ground.lab.url}/faults`)
      const { lost, twice, outOfOrder, undecryptable } = verdict()
      findings.none(lost, 'identities without an event')
      findings.none(twice, 'identities with more than one event')
      findings.none(outOfOrder, 'out of order')
      findings.none(undecryptable, 'undecryptable')
      const clean = JSON.stringify({ lost, twice, outOfOrder, undecryptable }) === JSON.stringify(CLEAN)
      return {
        load: `${given.lines.length} identities, half of them while the gateway was down`,
        result: clean ? 'one event for each identity, none dropped' : 'see below',
      }
    }),
}

async function sendEach(ground: Ground, given: Ledger, n: number): Promise<void> {
  const { place, lab } = ground
  const [session, group] = [place.sessions[0], place.groups[0]]
  const [one, other] = place.contacts
  if (!session || !group || !one || !other) throw new Error('the ground is too small')
  const send = async (from: string, to: string, id: string, text: string) => {
    await json('POST', `${lab.url}/phones/${from}/messages`, { body: { to, id, text } })
  }
  const expect = (chat: string, participant: string, fromMe: boolean, id: string, text: string) =>
    given.add({ chat: chatKey(chat, participant, fromMe), id, text: `${id} ${text}` })
  const id = `3EB0${String(n).padStart(8, '0')}`
  // Encrypted anew three times under one id.
  for (let copy = 0; copy < 3; copy += 1) await send(one.phone, session.phone, `${id}A`, `again ${n}`)
  expect(one.phone, '', false, `${id}A`, `again ${n}`)
  // Two members of a group happen to choose the same id.
  for (const { phone } of [one, other]) {
    await send(phone, group.id, `${id}B`, `from ${phone} ${n}`)
    expect(group.id, phone, false, `${id}B`, `from ${phone} ${n}`)
  }
  // The own phone writes to somebody.
  await send(session.phone, other.phone, `${id}C`, `own ${n}`)
  expect(other.phone, '', true, `${id}C`, `own ${n}`)
}

function told(receiver: Receiver): Ledger {
  const ledger = new Ledger()
  for (const { webhookId, data } of receiver.of('message.received')) {
    const { chat = '', participant = '', from_me, wa_id, text } = data as Record<string, string | undefined>
    ledger.add({ chat: chatKey(chat, participant, Boolean(from_me)), id: webhookId, text: `${wa_id} ${text}` })
  }
  return ledger
}

const chatKey = (chat: string, participant: string, fromMe: boolean) => `${chat} ${participant} ${fromMe}`

import { setTimeout as pause } from 'node:timers/promises'
import { eventually, shownMessages } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import { Pair } from '../support/pair.ts'
import { seeded } from '../support/random.ts'
import type { Findings, Scenario } from './scenario.ts'
import { play } from './theatre.ts'

const TOGETHER = 50

/** R12: many identical requests at once, to two processes, and a kill among them. */
export const idempotency: Scenario = {
  id: 'R12',
  fault: `${TOGETHER} identical requests at once for each Idempotency-Key, to two processes that compete for one store, and kills of the one that has it`,
  databases: ['sqlite', 'postgres'],
  run: (setting) =>
    play(setting, { sessions: 1 }, async ({ ground, findings }) => {
      const keys = setting.isFull ? 1_000 : 12
      const every = setting.isFull ? 25 : 6
      const random = seeded(setting.seed)
      const answers = new Map<string, string>()
      let kills = 0
      await ground.end()
      const pair = await Pair.start(ground)
      const place: Asked = { place: ground.place, urls: pair.urls }
      try {
        for (let n = 0; n < keys; n += 1) {
          const asked = askTogether(place, findings, n)
          if (n % every === every - 1) {
            await pause(random() * 60)
            await pair.kill()
            kills += 1
          }
          answers.set(keyOf(n), await asked)
          if (n % every === 0) setting.say(`${n} of ${keys} keys, ${kills} kills, ${pair.refused} starts refused`)
        }
        await pair.kill()
        await askAgain(place, findings, answers)
      } finally {
        await pair.stop()
      }
      // The other database lets the second process wait for some seconds, which may be enough.
      if (setting.database.name === 'sqlite') findings.expect(pair.refused > 0, 'no second process was refused')
      await ground.begin()
      const shown = await phonesShow(ground, keys)
      findings.none(keys - new Set(shown).size, 'keys without a message')
      findings.none(shown.length - new Set(shown).size, 'keys with more than one message')
      return {
        load: `${keys} keys x ${TOGETHER} requests to two processes, ${kills} kills`,
        result: `${shown.length} messages for ${keys} keys; ${pair.refused} starts refused while the other process had the store; every repetition answered with the same message, other requests refused`,
      }
    }),
}

const keyOf = (n: number) => `key-${n}`

/** Who is asked: whichever of two processes answers. */
type Asked = Pick<Ground, 'place'> & { urls: string[] }

/** `turn` says which process is asked first. */
async function ask(
  { place: { keys, sessions, contacts }, urls }: Asked,
  n: number,
  text: string,
  turn = 0,
): Promise<{ status: number; body: string }> {
  const deadline = Date.now() + 60_000
  for (let tries = turn; ; tries += 1, await pause(25)) {
    try {
      const response = await fetch(`${urls[tries % urls.length]}/v1/sessions/${sessions[0]?.id}/messages`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${keys.native}`,
          'content-type': 'application/json',
          'idempotency-key': keyOf(n),
        },
        body: JSON.stringify({ to: contacts[n % contacts.length]?.phone, type: 'text', text }),
      })
      const body = await response.text()
      if (response.status < 500 || Date.now() > deadline) return { status: response.status, body }
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}

/** Answers the id of the one message that came of it. */
async function askTogether(place: Asked, findings: Findings, n: number): Promise<string> {
  const answers = await Promise.all(Array.from({ length: TOGETHER }, (_, turn) => ask(place, n, `text ${n}`, turn)))
  const ids = new Set(answers.map(({ body }) => (JSON.parse(body) as { id?: string }).id))
  findings.expect(
    answers.every(({ status }) => status === 202),
    `key ${n}: statuses ${[...new Set(answers.map(({ status }) => status))]}`,
  )
  findings.expect(ids.size === 1, `key ${n}: ${ids.size} messages`)
  return [...ids][0] ?? ''
}

async function askAgain(place: Asked, findings: Findings, known: Map<string, string>): Promise<void> {
  let n = 0
  for (const id of known.values()) {
    const [same, other] = [await ask(place, n, `text ${n}`), await ask(place, n, `another ${n}`, 1)]
    const repeated = await ask(place, n, `text ${n}`, 1)
    findings.expect(same.body === repeated.body && same.body.includes(id), `key ${n}: another answer after the restart`)
    findings.expect(other.status === 409 || other.status === 422, `key ${n}: another request answered ${other.status}`)
    n += 1
  }
}

/** The texts that the phones show, once all are there. */
async function phonesShow({ place }: Ground, keys: number): Promise<string[]> {
  const read = async () => {
    const rows = await Promise.all(place.contacts.map(({ phone }) => shownMessages(place.lab, phone)))
    return rows.flat().flatMap(({ text }) => (text?.startsWith('text ') ? [text] : []))
  }
  await eventually('every message', async () => (await read()).length >= keys, { timeoutMs: 60_000 }).catch(() => {})
  return read()
}

import { setTimeout as pause } from 'node:timers/promises'
import { ProblemError } from 'kurir-client'
import { json } from '../support/api.ts'
import { receivedIn } from '../support/client.ts'
import type { Ground } from '../support/ground.ts'
import { seeded } from '../support/random.ts'
import { sayOdd } from './judge.ts'
import { changeKeys } from './key-changes.ts'
import type { Findings, Scenario } from './scenario.ts'
import { play } from './theatre.ts'

/** Sessions that are paired at the same time. */
const TOGETHER = 4
/** From the scan to the kill, at most. Milliseconds; a pairing takes about as long. */
const LATEST_MS = 500

/** R15: killed while sessions are paired and upload their first keys, and while keys and addresses change. */
export const pairing: Scenario = {
  id: 'R15',
  fault: `SIGKILL 0 to ${LATEST_MS} ms after a QR code was scanned (while pairing and while keys are uploaded), and while one-time keys and group keys are renewed and sessions move from phone numbers to LIDs`,
  databases: ['sqlite', 'postgres'],
  run: (setting) =>
    play(setting, { sessions: 1, lab: { seed: String(setting.seed) } }, async ({ ground, findings }) => {
      const random = seeded(setting.seed)
      const rounds = setting.isFull ? 50 : 1
      let again = 0
      for (let round = 0; round < rounds; round += 1) {
        const sessions = Array.from({ length: TOGETHER }, (_, n) => {
          const number = round * TOGETHER + n
          return { id: `new-${number}`, phone: `62899${String(10_000_000 + number)}` }
        })
        await Promise.all(sessions.map((session) => showQr(ground, session)))
        const scans = sessions.map((session) => ground.scan(session).catch(() => {}))
        await pause(random() * LATEST_MS)
        await ground.kill()
        await Promise.all(scans)
        await ground.begin()
        for (const session of sessions) if (await finish(ground, findings, session)) again += 1
        await Promise.all(sessions.map(({ id }) => ground.native.delete('/v1/sessions/{session}', of(id))))
        setting.say(`round ${round + 1} of ${rounds}`)
      }
      const changes = await changeKeys({ ground, findings }, setting, random)
      await sayOdd(ground, findings)
      return {
        load: `${rounds * TOGETHER} pairings, ${rounds} kills`,
        result: `every session usable: ${rounds * TOGETHER - again} went on by themselves, ${again} showed a new QR code; ${changes}`,
      }
    }),
}

type Session = { id: string; phone: string }
const of = (session: string) => ({ params: { path: { session } } })

async function showQr(ground: Ground, { id, phone }: Session): Promise<void> {
  await json('POST', `${ground.lab.url}/phones`, { body: { phone } })
  await ground.native.post('/v1/sessions', { body: { id } })
  await ground.untilStatus(id, 'qr')
}

/** False where the scan of before has come through meanwhile. */
async function scanOnce(ground: Ground, session: Session): Promise<boolean> {
  try {
    await ground.scan(session)
    return true
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'already_connected') return false
    throw error
  }
}

/** The session is connected, or shows a QR code and is then; messages go both ways. Answers whether it was scanned again. */
async function finish(ground: Ground, findings: Findings, session: Session): Promise<boolean> {
  const { id, phone } = session
  let scanned = false
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(20)) {
    const { status } = await ground.native.get('/v1/sessions/{session}', of(id))
    if (status === 'connected') break
    if (status === 'stopped' || status === 'logged_out') {
      await ground.native.post('/v1/sessions/{session}/start', of(id))
    }
    if (status === 'qr' && !scanned) scanned = await scanOnce(ground, session)
  }
  const contact = ground.place.contacts[0]?.phone ?? ''
  const message = { to: contact, type: 'text', text: `from ${id}` } as const
  const { status } = await ground.native.send(id, message, { wait: 15_000 })
  findings.expect(['sent', 'delivered'].includes(status), `${id}: a message is ${status}`)
  await json('POST', `${ground.lab.url}/phones/${contact}/messages`, { body: { to: phone, text: `to ${id}` } })
  for (const deadline = Date.now() + 15_000; ; await pause(20)) {
    if ((await receivedIn(ground.native, id)).length > 0) return scanned
    if (Date.now() < deadline) continue
    findings.expect(false, `${id}: received nothing`)
    return scanned
  }
}

import { eventually, json } from '../support/api.ts'
import { receivedIn } from '../support/client.ts'
import type { Ground } from '../support/ground.ts'
import type { Findings, Scenario } from './scenario.ts'
import { play } from './theatre.ts'

/** Within this a session must say why it ended. Milliseconds. */
const SAY_WHY_MS = 2_000

/** R6: what the server refuses, and how it ends connections. */
export const refusals: Scenario = {
  id: 'R6',
  fault: 'nack 463, 479 and 503; stream error 515; unlinked (401) and replaced (440)',
  databases: ['sqlite', 'postgres'],
  run: (setting) =>
    play(setting, { sessions: 4 }, async ({ ground, findings }) => {
      const each = setting.isFull ? 25 : 1
      const { sessions } = ground.place
      await Promise.all(sessions.map((session) => refuse(ground, findings, session, each)))
      const slowest = await Promise.all(sessions.map((session) => end(ground, findings, session, each)))
      const said = `a session that may not go on said why within ${Math.max(...slowest)} ms`
      return {
        load: `${each * sessions.length} of each`,
        result: `463 never sent again; 479, 503 and 515 sent on under the same id; ${said}`,
      }
    }),
}

type Session = Ground['place']['sessions'][number]

async function refuse(ground: Ground, findings: Findings, { id, phone }: Session, each: number): Promise<void> {
  const contact = ground.place.contacts[0]?.phone ?? ''
  await greet(ground, { id, phone }, contact)
  for (let n = 0; n < each; n += 1) {
    for (const code of [463, 479, 503, 515]) {
      const fault = { session: phone, count: 1, code }
      await ground.fault(code === 515 ? 'stream-error' : 'nack', fault)
      const message = { to: contact, type: 'text', text: `${code} ${n}` } as const
      const answer = await ground.native.send(id, message, { wait: 20_000 })
      const wanted = code === 463 ? 'failed' : 'sent'
      findings.expect(
        code === 463 ? answer.status === wanted : ['sent', 'delivered'].includes(answer.status),
        `${code}: ${answer.status} instead of ${wanted}`,
      )
      const url = `${ground.lab.url}/ledger?from=${phone}&id=${answer.wa_id}`
      const [row] = (await json<{ messages: { accepted: number; nacked: number }[] }>('GET', url)).messages
      findings.expect(row?.accepted === (code === 463 ? 0 : 1), `${code}: taken ${row?.accepted} times`)
      findings.expect(code === 515 || row?.nacked === 1, `${code}: refused ${row?.nacked} times`)
    }
  }
}

/** After 463 an account's first messages to strangers wait; these two know each other. */
async function greet(ground: Ground, { id, phone }: Session, contact: string): Promise<void> {
  await json('POST', `${ground.lab.url}/phones/${contact}/messages`, { body: { to: phone, text: 'hello' } })
  await eventually('the greeting', async () => (await receivedIn(ground.native, id)).length > 0)
  await ground.native.send(id, { to: contact, type: 'text', text: 'hello' }, { wait: 20_000 })
}

/** Answers the longest time until a session said why it ended. */
async function end(ground: Ground, findings: Findings, session: Session, each: number): Promise<number> {
  const { id, phone } = session
  let slowest = 0
  for (let n = 0; n < each; n += 1) {
    for (const [conflict, status, reason] of [
      ['replaced', 'stopped', 'replaced'],
      ['device_removed', 'logged_out', 'unlinked'],
    ] as const) {
      // Unlinked by its phone, so that the device is gone there: an account has room for four.
      if (conflict === 'replaced')
        await json('POST', `${ground.lab.url}/connections/drop`, { body: { phone, conflict } })
      else await json('POST', `${ground.lab.url}/phones/${phone}/unlink`, { body: {} })
      const started = Date.now()
      const why = await ground.untilStatus(id, status)
      slowest = Math.max(slowest, Date.now() - started)
      findings.expect(why === reason, `${conflict}: the reason is ${why}`)
      await ground.native.post('/v1/sessions/{session}/start', { params: { path: { session: id } } })
      if (conflict === 'device_removed') await ground.scan(session)
      await ground.untilStatus(id, 'connected')
    }
  }
  findings.expect(slowest <= SAY_WHY_MS, `a session took ${slowest} ms to say why it ended`)
  return slowest
}

import { FAILPOINTS, type FailpointName } from '../../packages/gateway/src/core/failpoints.ts'
import { Load, lanesOf } from '../load/lanes.ts'
import { Ground } from '../support/ground.ts'
import { pick, seeded } from '../support/random.ts'
import { Receiver } from '../support/receiver.ts'
import { judge } from './judge.ts'
import { Findings, type Scenario } from './scenario.ts'

/** How long a gateway may take to reach its failpoint under load. Milliseconds. */
const PATIENCE_MS = 20_000

/** Points at which the encryption of an outgoing message stands between the ratchet and the wire. */
const RATCHET: FailpointName[] = ['ratchet.before', 'ratchet.committed', 'stanza.written']

/** R2: dies at each failpoint, under load both ways; the load goes on all the time. */
export const failpoints: Scenario = {
  id: 'R2',
  fault: 'the process dies at each of its failpoints: before and after every commit, write, ack and webhook call',
  databases: ['sqlite', 'postgres'],
  run: (setting) => dieAtEach(setting, FAILPOINTS, setting.isFull ? 20 : 1),
}

/** R3: the same between ratchet and wire alone, much oftener; the short form of R2 goes there too. */
export const ratchet: Scenario = {
  id: 'R3',
  fault: 'the process dies between the commit of the ratchet and the write to the socket, or right after the write',
  databases: ['sqlite', 'postgres'],
  run: (setting) => dieAtEach(setting, RATCHET, setting.isFull ? 60 : 2),
}

async function dieAtEach(
  { seed, database, say }: Parameters<Scenario['run']>[0],
  points: readonly FailpointName[],
  rounds: number,
): ReturnType<Scenario['run']> {
  const random = seeded(seed)
  const findings = new Findings()
  const [ground, receiver] = await Promise.all([Ground.start({ sessions: 2, database }), Receiver.start()])
  try {
    receiver.trust(await ground.webhook(receiver.url))
    const load = new Load(ground.place, lanesOf(ground.place, 2, { groups: true }), receiver)
    const over = new AbortController()
    const pace = { perSecond: 4, filesEvery: 5, signal: over.signal }
    const work = Promise.all([load.sendOut(100_000, pace), load.sendIn(100_000, pace)])
    work.catch(() => {})
    let deaths = 0
    for (let round = 1; round <= rounds; round += 1) {
      for (const point of points) {
        const hit = pick(random, [1, 2, 3])
        await ground.kill()
        // It may get there before it listens.
        await ground.begin({ KURIR_FAILPOINT: `${point}@${hit}` }).catch(() => {})
        if (await diesInTime(ground)) deaths += 1
        else findings.expect(false, `${point}@${hit} was not reached`)
      }
      say(`round ${round} of ${rounds}: ${deaths} deaths`)
    }
    await ground.begin()
    over.abort()
    const [ids] = await work
    const { text } = await judge({ ground, load, receiver, ids }, findings)
    const ways = `${ids.length} sends (a fifth of them files) and ${load.sentIn.lines.length} received messages`
    return { load: `${ways}, ${points.length} points x ${rounds}, ${deaths} deaths`, result: text, ...findings }
  } finally {
    await Promise.all([ground.stop(), receiver.stop()])
  }
}

async function diesInTime(ground: Ground): Promise<boolean> {
  const patience = new AbortController()
  const tooLong = new Promise<false>((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS)
    patience.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  const died = await Promise.race([ground.ended.then(() => true), tooLong])
  patience.abort()
  return died
}

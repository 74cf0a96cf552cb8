import { FAILPOINTS, type FailpointName } from '../../packages/gateway/src/core/failpoints.ts'
import { Load, lanesOf } from '../load/lanes.ts'
import { restAfter } from '../load/settle.ts'
import type { Ground } from '../support/ground.ts'
import { pick, seeded } from '../support/random.ts'
import { judge } from './judge.ts'
import type { Outcome, Scenario, Setting } from './scenario.ts'
import { play } from './theatre.ts'

/** How long a gateway may take to reach its failpoint under load. Milliseconds. */
const PATIENCE_MS = 60_000

/** Deliveries to one endpoint that are under way at once, at most. */
const IN_FLIGHT = 16
/**
 * Texts in one direction that are on their way at once, at most: one that dies every three seconds gets little done, and what
 * comes of thousands that wait is not to be found out here.
 */
const MOST_WAITING = 200
const MARKS: FailpointName[] = ['post.after', 'mark.before']
/** Points at which the encryption of an outgoing message stands between the ratchet and the wire. */
const RATCHET: FailpointName[] = ['ratchet.before', 'ratchet.committed', 'stanza.written']

/** R2: dies at each failpoint, under load both ways; the load goes on all the time, as far as it gets through. */
export const failpoints: Scenario = {
  id: 'R2',
  fault: 'the process dies at each of its failpoints: before and after every commit, write, ack and webhook call',
  databases: ['sqlite', 'postgres'],
  run: (setting) => dieAtEach(setting, { points: FAILPOINTS, rounds: setting.isFull ? 20 : 1 }),
}

/** R3: the same between ratchet and wire alone, much oftener; the short form of R2 goes there too. */
export const ratchet: Scenario = {
  id: 'R3',
  fault: 'the process dies between the commit of the ratchet and the write to the socket, or right after the write',
  databases: ['sqlite', 'postgres'],
  run: (setting) => dieAtEach(setting, { points: RATCHET, rounds: setting.isFull ? 60 : 2 }),
}

/** R10: between the call of a webhook and the commit that says so. */
export const marks: Scenario = {
  id: 'R10',
  fault: 'the process dies between the call of a webhook and the commit that marks it',
  databases: ['sqlite', 'postgres'],
  run: (setting) => dieAtEach(setting, { points: MARKS, rounds: setting.isFull ? 50 : 1, perSecond: 12 }),
}

interface Deaths {
  points: readonly FailpointName[]
  rounds: number
  /** On each lane. */
  perSecond?: number
}

async function dieAtEach(setting: Setting, { points, rounds, perSecond = 4 }: Deaths): Promise<Outcome> {
  const random = seeded(setting.seed)
  return play(setting, { sessions: 2 }, async (scene) => {
    const { ground, receiver, findings } = scene
    const load = new Load(ground.place, lanesOf(ground.place, 2, { groups: true }), receiver)
    const over = new AbortController()
    const pace = { perSecond, filesEvery: 5, signal: over.signal }
    const waiting = { out: 0, in: 0 }
    const work = Promise.all([
      load.sendOut(100_000, { ...pace, mayGo: () => waiting.out < MOST_WAITING }),
      load.sendIn(100_000, { ...pace, mayGo: () => waiting.in < MOST_WAITING }),
      count(load, waiting, over.signal),
    ])
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
      setting.say(`round ${round} of ${rounds}: ${deaths} deaths`)
    }
    await ground.begin()
    over.abort()
    const [ids] = await work
    const judgement = await judge({ ...scene, load, ids }, findings)
    const most = (deaths + points.length * rounds) * IN_FLIGHT
    findings.expect(
      judgement.in.extraCopies <= most,
      `${judgement.in.extraCopies} events told again, more than ${most}`,
    )
    const ways = `${ids.length} sends (a fifth of them files) and ${load.sentIn.lines.length} received messages`
    return { load: `${ways}, ${points.length} points x ${rounds}, ${deaths} deaths`, result: judgement.text }
  })
}

/** Keeps count of what is on its way, until the signal. */
async function count(load: Load, waiting: { out: number; in: number }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const started = performance.now()
    waiting.out = (await load.judgeOut()).lost
    waiting.in = load.judgeIn().lost
    await restAfter(started)
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

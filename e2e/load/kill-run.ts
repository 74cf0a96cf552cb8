import { type Judgement, judge } from '../chaos/judge.ts'
import { Findings } from '../chaos/scenario.ts'
import { eventually } from '../support/api.ts'
import type { Database } from '../support/database.ts'
import { Ground } from '../support/ground.ts'
import { seeded } from '../support/random.ts'
import { Receiver } from '../support/receiver.ts'
import { Load, lanesOf } from './lanes.ts'

export interface KillRunOptions {
  seed: number
  kills: number
  sessions: number
  /** Lanes per session, besides one in a group. */
  contacts: number
  /** Texts per lane, out and in. */
  out: number
  in: number
  /** A gateway lives this long, drawn evenly: every other one after it listens, the rest once they send. */
  lifeMs: [number, number]
  database?: Database
  say?: (text: string) => void
}

export interface KillRunResult extends Judgement {
  kills: number
  /** Kills while texts were still being handed over; the others struck what was left to deliver. */
  killsUnderLoad: number
  /** Texts accepted, and texts that were to be told. */
  sent: number
  received: number
  broken: string[]
  seconds: number
}

/** Kills the gateway (SIGKILL) again and again while messages go both ways, then counts what each end saw. */
export async function killRun(options: KillRunOptions): Promise<KillRunResult> {
  const { sessions, database, kills, say = () => {} } = options
  const started = Date.now()
  const findings = new Findings()
  const [ground, receiver] = await Promise.all([
    Ground.start({ sessions, ...(database ? { database } : {}) }),
    Receiver.start(),
  ])
  try {
    receiver.trust(await ground.webhook(receiver.url))
    const load = new Load(ground.place, lanesOf(ground.place, options.contacts, { groups: true }), receiver)
    let loading = true
    const progress = { lives: 1, isLoading: () => loading, isSending: sendsNow(receiver) }
    // Spread over all lives and a little ahead, so that each kill strikes under load.
    const mayGo = (each: number) => (n: number) => n < (each * (progress.lives + 1)) / (kills + 1)
    const work = Promise.all([
      load.sendOut(options.out, { mayGo: mayGo(options.out) }),
      load.sendIn(options.in, { mayGo: mayGo(options.in) }),
    ]).finally(() => {
      loading = false
    })
    work.catch(() => {})
    const killsUnderLoad = await killAgain(ground, options, progress)
    const [ids] = await work
    say('load over; waiting for the last messages')
    const judgement = await judge({ ground, load, receiver, ids, say }, findings)
    return {
      ...{ kills, killsUnderLoad, sent: ids.length, received: load.sentIn.lines.length, ...judgement },
      broken: findings.broken,
      seconds: (Date.now() - started) / 1000,
    }
  } finally {
    await Promise.all([ground.stop(), receiver.stop()])
  }
}

/** How long a kill waits for a gateway to send. Milliseconds. */
const PATIENCE_MS = 20_000

interface Progress {
  /** Of gateways, the running one included. */
  lives: number
  isLoading(): boolean
  /** Resolves when a message was sent after this call, or after a while. */
  isSending(): Promise<void>
}

function sendsNow(receiver: Receiver): Progress['isSending'] {
  return async () => {
    const before = receiver.of('message.sent').length
    const grows = () => receiver.of('message.sent').length > before
    await eventually('a message to be sent', grows, { timeoutMs: PATIENCE_MS, everyMs: 25 }).catch(() => {})
  }
}

async function killAgain(ground: Ground, options: KillRunOptions, progress: Progress): Promise<number> {
  const random = seeded(options.seed)
  const [least, most] = options.lifeMs
  let underLoad = 0
  for (let kill = 1; kill <= options.kills; kill += 1) {
    // A gateway sends when it has read what waited for it. Half of the kills strike before, half while it sends.
    if (kill % 2 === 0 && progress.isLoading()) await progress.isSending()
    await new Promise((resolve) => setTimeout(resolve, least + random() * (most - least)))
    if (progress.isLoading()) underLoad += 1
    await ground.kill()
    await ground.begin()
    progress.lives += 1
    options.say?.(`kill ${kill} of ${options.kills}${progress.isLoading() ? '' : ' (load already over)'}`)
  }
  return underLoad
}

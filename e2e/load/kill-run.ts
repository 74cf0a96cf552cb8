import { eventually, json } from '../support/api.ts'
import { Receiver } from '../support/receiver.ts'
import { startSandbox } from '../support/sandbox.ts'
import { judgeReceived, judgeShown, lanesOf, sendIn, sendOut, type Verdict } from './lanes.ts'

export interface KillRunOptions {
  seed: number
  kills: number
  sessions: number
  /** Lanes per session. */
  contacts: number
  /** Texts per lane, in each direction. */
  perLane: number
  /** Each gateway lives this long after it listens before it is killed, drawn evenly. */
  lifeMs: [number, number]
  onProgress?: (text: string) => void
}

export interface KillRunResult {
  kills: number
  /** Kills while texts were still being handed over; the others struck what was left to deliver. */
  killsUnderLoad: number
  out: Verdict
  in: Verdict
  /** Messages sent that did not end at `delivered`. */
  notDelivered: number
  forged: number
  /** IQs that the lab did not know. */
  unknownIqs: string[]
  seconds: number
}

/** A small seeded generator (mulberry32), so that a run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Kills the gateway (SIGKILL) again and again while messages go both ways, then counts what each end saw. */
export async function killRun(options: KillRunOptions): Promise<KillRunResult> {
  const random = seeded(options.seed)
  const started = Date.now()
  const say = options.onProgress ?? (() => {})
  const [sandbox, receiver] = await Promise.all([
    startSandbox(['--sessions', String(options.sessions), '--restart-on-exit']),
    Receiver.start(),
  ])
  try {
    const { contract } = sandbox
    const lanes = lanesOf(contract, options.contacts)
    const endpoint = await json<{ secret: string }>('POST', `${contract.gateway}/v1/webhooks`, {
      key: contract.keys.native,
      body: { url: receiver.url, events: ['message.*'] },
    })
    receiver.trust(endpoint.secret)
    let loading = true
    const load = Promise.all([
      sendOut(contract, lanes, options.perLane),
      sendIn(contract, lanes, options.perLane),
    ]).finally(() => {
      loading = false
    })
    load.catch(() => {})
    let kills = 0
    let killsUnderLoad = 0
    while (kills < options.kills) {
      const [least, most] = options.lifeMs
      await new Promise((resolve) => setTimeout(resolve, least + random() * (most - least)))
      const next = sandbox.nextGateway()
      process.kill(sandbox.gatewayPid(), 'SIGKILL')
      kills += 1
      if (loading) killsUnderLoad += 1
      say(`kill ${kills} of ${options.kills}${loading ? '' : ' (load already over)'}`)
      await next
    }
    const [ids] = await load
    say('load over; waiting for the last messages')
    const total = lanes.length * options.perLane
    const shown = await settle(() => judgeShown(contract, lanes, options.perLane))
    const received = await settle(async () => judgeReceived(receiver, lanes, options.perLane))
    const notDelivered = await settleCount(() => countUndelivered(contract.gateway, contract.keys.native, ids))
    if (ids.length !== total) throw new Error(`accepted ${ids.length} of ${total}`)
    const { unknownIqs } = await json<{ unknownIqs: string[] }>('GET', `${contract.lab}/ledger`)
    return {
      kills,
      killsUnderLoad,
      out: shown,
      in: received,
      notDelivered,
      forged: receiver.forged,
      unknownIqs,
      seconds: (Date.now() - started) / 1000,
    }
  } finally {
    await Promise.all([sandbox.stop(), receiver.stop()])
  }
}

/** Waits until nothing is missing any more, then answers the verdict; after a minute, the verdict as it is. */
async function settle(judge: () => Promise<Verdict>): Promise<Verdict> {
  await eventually('the last message', async () => (await judge()).lost === 0, {
    timeoutMs: 60_000,
    everyMs: 250,
  }).catch(() => {})
  return judge()
}

async function settleCount(count: () => Promise<number>): Promise<number> {
  await eventually('the last status', async () => (await count()) === 0, { timeoutMs: 30_000, everyMs: 500 }).catch(
    () => {},
  )
  return count()
}

async function countUndelivered(gateway: string, key: string, ids: string[]): Promise<number> {
  let missing = 0
  for (const id of ids) {
    const { status } = await json<{ status: string }>('GET', `${gateway}/v1/messages/${id}`, { key })
    if (status !== 'delivered') missing += 1
  }
  return missing
}

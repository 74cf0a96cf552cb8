import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { AttemptOutcome, Delivery, Endpoint } from '../../packages/gateway/src/webhooks/ports.ts'
import { RETRY_DELAYS_MS } from '../../packages/gateway/src/webhooks/retry-schedule.ts'
import { openRig, type Rig } from '../../packages/gateway/src/webhooks/test/pump.ts'
import { type Hit, isSigned, Receiver } from '../../packages/gateway/src/webhooks/test/receiver.ts'
import { Findings, type Scenario } from './scenario.ts'

/** Endpoints that fail now and then; besides there are one that redirects and one that is gone. */
const FLAKY = 18
/** A receiver that says nothing counts as failed after this (real time). */
const TIMEOUT_MS = 150
const RETRY_AFTER_S = 30
/** By then a flaky receiver has taken it. */
const PATIENT_ATTEMPTS = 7
/** Time goes on in steps of at least this: a call is late by as much at most. */
const STEP_MS = 2_000

interface Call {
  hit: Hit
  answered: 'ok' | 'failed' | 'asked to wait'
}

/** What the gateway heard, attempt by attempt. */
type Outcomes = Map<Delivery['id'], AttemptOutcome[]>

/** R9: the customers' servers fail in every way; time is turned, everything else is real. */
export const badReceivers: Scenario = {
  id: 'R9',
  fault:
    'webhook receivers: 30 % answer 500, 10 % nothing, 5 % reset, 5 % 429 with Retry-After; one redirects, one is gone (410)',
  databases: ['sqlite'],
  async run({ seed, isFull, say }) {
    const findings = new Findings()
    const stage = await Stage.open(seed)
    try {
      const events = isFull ? 2_500 : 12
      const started = stage.rig.clock.now()
      await stage.receive(events)
      await stage.untilDone(say)
      await stage.judge(findings, events)
      const days = (stage.rig.clock.now() - started) / 86_400_000
      const { calls } = stage
      return {
        load: `${events} events x ${FLAKY + 1} endpoints, and 20 redirected; ${days.toFixed(1)} days of turned time`,
        result: `0 lost; ${calls.length} calls, every signature verified, every wait as scheduled; redirects never followed`,
        broken: findings.broken,
      }
    } finally {
      await stage.close()
    }
  },
}

class Stage {
  readonly calls: Call[] = []
  readonly rig: Rig
  readonly #seed: number
  readonly #receiver: Receiver
  readonly #attempts = new Map<string, number>()
  readonly #outcomes: Outcomes
  readonly #flaky: Endpoint[] = []
  #gone: Endpoint | undefined
  #redirecting: Endpoint | undefined
  #followed = 0

  private constructor(seed: number, rig: Rig, receiver: Receiver, outcomes: Outcomes) {
    this.#seed = seed
    this.rig = rig
    this.#receiver = receiver
    this.#outcomes = outcomes
  }

  static async open(seed: number): Promise<Stage> {
    let answer: (hit: Hit, response: ServerResponse) => void = () => {}
    const receiver = await Receiver.start((hit, response) => answer(hit, response))
    const outcomes: Outcomes = new Map()
    const rig = await openRig({
      needs: {
        timeoutMs: TIMEOUT_MS,
        onSettled: ({ id }, outcome) => outcomes.set(id, [...(outcomes.get(id) ?? []), outcome]),
      },
    })
    const stage = new Stage(seed, rig, receiver, outcomes)
    answer = (hit, response) => stage.#answer(hit, response)
    return stage
  }

  /** One session's events for the flaky ones, another's for the one that redirects. */
  async receive(events: number): Promise<void> {
    const { store } = this.rig
    const [busy, odd] = [await store.createSession('busy'), await store.createSession('odd')]
    const make = (path: string, sessionUid: typeof busy, session: string) =>
      store.createEndpoint(`${this.#receiver.url}/${path}`, { sessionUid, session })
    for (let n = 0; n < FLAKY; n += 1) this.#flaky.push(await make(`flaky/${n}`, busy, 'busy'))
    this.#gone = await make('gone', busy, 'busy')
    this.#redirecting = await make('redirect', odd, 'odd')
    const chats = Math.ceil(events / 10)
    await Promise.all(Array.from({ length: events }, (_, n) => store.receive(busy, `62811${n % chats}`, `${n}`)))
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.receive(odd, `62812${n}`, `${n}`)))
    this.rig.pump.start()
  }

  /** Turns the clock whenever nothing is due any more. */
  async untilDone(say: (text: string) => void): Promise<void> {
    const { store, clock } = this.rig
    const started = clock.now()
    for (let turns = 0; ; turns += 1) {
      const next = await store.webhooks.nextDueAt()
      if (next === undefined) return
      const wait = next - clock.now()
      if (wait > 0) clock.advance(wait + STEP_MS)
      else await pause(1)
      if (turns % 5_000 === 0) {
        say(`${((clock.now() - started) / 3_600_000).toFixed(1)} hours turned, ${this.calls.length} calls`)
      }
    }
  }

  async judge(findings: Findings, events: number): Promise<void> {
    const { store } = this.rig
    for (const endpoint of this.#flaky) {
      const delivered = (await store.deliveries(endpoint)).filter(({ state }) => state === 'delivered').length
      findings.none(events - delivered, `lost at ${endpoint.url}`)
      judgeOrder(findings, this.#callsOf(endpoint))
    }
    for (const endpoint of [...this.#flaky, this.#redirecting]) {
      if (endpoint) judgeWaits(findings, this.#callsOf(endpoint), await store.deliveries(endpoint), this.#outcomes)
    }
    const secrets = new Map(
      [...this.#flaky, this.#gone, this.#redirecting].map((one) => [pathOf(one), one?.secret ?? '']),
    )
    const forged = this.calls.filter(({ hit }) => !isSigned(hit, secrets.get(hit.path) ?? ''))
    findings.none(forged.length, 'signatures that do not verify')
    findings.none(this.#followed, 'redirects followed')
    const gone = this.#gone && (await store.webhooks.getEndpoint(this.#gone.tenant, this.#gone.id))
    findings.expect(typeof gone?.disabledAt === 'number', 'the endpoint that is gone is not disabled')
    const redirected = this.#redirecting ? await store.deliveries(this.#redirecting) : []
    findings.none(
      redirected.filter(({ state, attempts }) => state !== 'dead' || attempts !== RETRY_DELAYS_MS.length).length,
      'redirected deliveries that did not end after the whole schedule',
    )
  }

  async close(): Promise<void> {
    await this.#receiver.close()
    await this.rig.close()
  }

  /** As they were made: one that was given up may be seen late. */
  #callsOf(endpoint: Endpoint): Call[] {
    const calls = this.calls.filter(({ hit }) => hit.path === pathOf(endpoint))
    return calls.sort((one, other) => sentAt(one) - sentAt(other))
  }

  #answer(hit: Hit, response: ServerResponse): void {
    const name = `${hit.path} ${hit.id}`
    const attempt = (this.#attempts.get(name) ?? 0) + 1
    this.#attempts.set(name, attempt)
    const note = (answered: Call['answered']) => this.calls.push({ hit, answered })
    if (hit.path.endsWith('/followed')) this.#followed += 1
    if (hit.path.endsWith('/redirect')) {
      note('failed')
      response.writeHead(302, { location: `${this.#receiver.url}/followed` }).end()
      return
    }
    if (hit.path.endsWith('/gone')) {
      note('failed')
      response.writeHead(410).end()
      return
    }
    const chance = attempt >= PATIENT_ATTEMPTS ? 1 : this.#chance(`${hit.path} ${hit.event.data.text} ${attempt}`)
    note(chance < 0.45 ? 'failed' : chance < 0.5 ? 'asked to wait' : 'ok')
    if (chance < 0.3) response.writeHead(500).end()
    else if (chance < 0.4) return
    else if (chance < 0.45) response.destroy()
    else if (chance < 0.5) response.writeHead(429, { 'retry-after': String(RETRY_AFTER_S) }).end()
    else response.writeHead(204).end()
  }

  /** The same for the same seed, whatever the order of the calls. */
  #chance(what: string): number {
    return createHash('sha256').update(`${this.#seed} ${what}`).digest().readUInt32BE() / 2 ** 32
  }
}

const pathOf = (endpoint: Endpoint | undefined) => new URL(endpoint?.url ?? 'http://nowhere').pathname

/** Each event of a chat is taken before the next one is tried. */
function judgeOrder(findings: Findings, calls: Call[]): void {
  const last = new Map<string, number>()
  let inversions = 0
  for (const { hit } of calls) {
    const { chat, text } = hit.event.data
    if (Number(text) < (last.get(chat) ?? -1)) inversions += 1
    last.set(chat, Math.max(Number(text), last.get(chat) ?? -1))
  }
  findings.none(inversions, 'calls out of order in their chat')
}

/** When the call was made, to the second: a busy receiver may see it later. Milliseconds. */
const sentAt = ({ hit }: Call) => Number(hit.headers['webhook-timestamp']) * SECOND_MS
const SECOND_MS = 1_000
const isBetween = (value: number, least: number, most: number) => value >= least && value <= most
const isWithin = (wait: number, least: number, most: number) =>
  isBetween(wait, least - SECOND_MS, most + STEP_MS + SECOND_MS)
const wasLate = (outcome: AttemptOutcome | undefined) => outcome?.error === 'timeout'

/**
 * The waits between the attempts of one delivery are those of the schedule, 20 % shorter or longer. On a busy machine an
 * attempt may be given up before the receiver has seen it; then nobody can tell which waits are between the others. Or before
 * its answer has come: then nobody was asked to wait.
 */
function judgeWaits(findings: Findings, calls: Call[], deliveries: Delivery[], outcomes: Outcomes): void {
  const byId = new Map<string, Call[]>()
  for (const call of calls) byId.set(call.hit.id, [...(byId.get(call.hit.id) ?? []), call])
  let [odd, strange] = [0, 0]
  for (const { id, eventId, attempts: made } of deliveries) {
    const attempts = byId.get(eventId) ?? []
    const heard = outcomes.get(id) ?? []
    if (!isBetween(made - attempts.length, 0, heard.filter(wasLate).length)) strange += 1
    for (const [n, call] of attempts.length === made ? attempts.entries() : []) {
      const before = attempts[n - 1]
      const scheduled = RETRY_DELAYS_MS[n]
      if (!before || scheduled === undefined) continue
      const isAsked = before.answered === 'asked to wait' && !wasLate(heard[n - 1])
      const asked = isAsked ? RETRY_AFTER_S * SECOND_MS : 0
      const wait = sentAt(call) - sentAt(before)
      if (!isWithin(wait, Math.max(scheduled * 0.8, asked), Math.max(scheduled * 1.2, asked))) odd += 1
    }
  }
  findings.none(odd, 'waits that are not those of the schedule')
  findings.none(strange, 'deliveries with more calls than attempts, or fewer than time-outs explain')
}

import fc from 'fast-check'
import { KurirError } from '../../packages/gateway/src/core/errors.ts'
import { phoneJid } from '../../packages/gateway/src/core/jid.ts'
import type { MessageRecord } from '../../packages/gateway/src/core/message.ts'
import { ScriptedEngine } from '../../packages/gateway/src/engine/scripted/engine.ts'
import type { MessageDraft, MessageStore } from '../../packages/gateway/src/messages/ports.ts'
import { inbound, Rig, wordsOf } from '../../packages/gateway/src/messages/test/rig.ts'
import { ManualClock, settle } from '../../packages/gateway/src/sessions/test/manual-clock.ts'
import { CLEAN, check, Ledger, type Verdict } from './ledger.ts'

/** A mistake that is made on purpose, to see whether the simulation finds it. */
export type PlantedBug = 'answer before the commit' | 'receipt before the store'

const CHATS = ['6281300000001', '6281300000002', '6281300000003'].map(phoneJid)
/** Calls that write: they fail while the store is made to. */
const WRITES = new Set(['acceptMessage', 'countAttempt', 'advanceStatus', 'storeInbound', 'saveProto'])
const LONG_MS = 30 * 60_000

/**
 * Gateways one after the other on one directory and one scripted server, with a clock that stands. What the model knows
 * is in the ledgers: what was promised to clients, and what the server was told is stored.
 */
class Story {
  readonly sentOut = new Ledger()
  readonly sentIn = new Ledger()
  readonly #clock = new ManualClock()
  readonly #engine = new ScriptedEngine({ clock: this.#clock })
  readonly #bug: PlantedBug | undefined
  /** Of the gateway that runs: what it has not written yet, where a bug lets it wait. */
  #late: Promise<unknown>[] = []
  #life = { isOver: false }
  #failures = 0
  #rig: Rig | undefined

  constructor(bug?: PlantedBug) {
    this.#bug = bug
  }

  get rig(): Rig {
    if (!this.#rig) throw new Error('the story has not begun')
    return this.#rig
  }

  async begin(): Promise<void> {
    this.#rig = await this.#open()
    await this.#rig.connected()
  }

  async account() {
    return this.rig.account(await this.rig.session())
  }

  async send(chat: number): Promise<void> {
    const text = `${this.sentOut.lines.length}`
    const message = await this.rig.text(text, CHATS[chat]).catch((error: unknown) => {
      if (error instanceof KurirError && error.code === 'unavailable') return undefined
      throw error
    })
    if (message) this.sentOut.add({ chat: `${chat}`, text, id: message.id })
  }

  async receive(chat: number): Promise<void> {
    const text = `${this.sentIn.lines.length}`
    const account = await this.account()
    account.deliver(inbound(`IN${text}`, text, CHATS[chat]))
    this.sentIn.add({ chat: `${chat}`, text, id: `IN${text}` })
  }

  async serverFault(kind: 'drop-before' | 'drop-after' | 'lose-ack' | 'withhold'): Promise<void> {
    const account = await this.account()
    account.answer = () => {
      account.answer = () => ({ kind: 'ack' })
      return { kind }
    }
  }

  /** The recipient got the last message that reached the server. */
  async receipt(): Promise<void> {
    const account = await this.account()
    const last = account.accepted.at(-1)
    if (last) account.receipt({ waIds: [last.waId], status: 'delivered' })
  }

  async drop(): Promise<void> {
    const account = await this.account()
    account.drop()
  }

  storeFails(times: number): void {
    this.#failures = times
  }

  wait(ms: number): Promise<void> {
    return this.#clock.advance(ms)
  }

  /** As SIGKILL does: what is not on disk by now never will be. */
  async kill(): Promise<void> {
    const { dataDir, store, sessions, messages } = this.rig
    this.#life.isOver = true
    this.#failures = 0
    await store.close()
    await sessions.drain()
    await messages.drain(0)
    this.#rig = await this.#open(dataDir)
    await this.#rig.sessions.resume()
    await settle()
  }

  /** Lets everything come to its end and compares the ledgers; the list is empty where all is well. */
  async end(): Promise<string[]> {
    const account = await this.account()
    account.answer = () => ({ kind: 'ack' })
    this.#failures = 0
    await this.#clock.advance(LONG_MS)
    const shown = new Ledger()
    for (const message of account.accepted) {
      shown.add({ chat: `${CHATS.indexOf(message.to)}`, text: wordsOf(message), id: message.waId })
    }
    const told = new Ledger()
    for (const { data, id } of await this.rig.events('message.received')) {
      const { chat, text } = data as { chat: string; text: string }
      told.add({ chat: `${CHATS.findIndex((jid) => jid.startsWith(chat))}`, text, id })
    }
    const broken = [...inWords('out', check(this.sentOut, shown)), ...inWords('in', check(this.sentIn, told))]
    for (const { id } of this.sentOut.lines) {
      const message = await this.rig.store.messages.getMessage(null, id as MessageRecord['id'])
      if (!message) {
        broken.push(`lost: ${id} was accepted and is not there`)
        continue
      }
      const { status, history } = message
      const sent = history.filter((change) => change.status === 'sent').length
      if (!['sent', 'delivered'].includes(status) || sent !== 1) broken.push(`${id} is ${status}, sent ${sent} times`)
    }
    const events = (await this.rig.events('message.sent')).length
    if (events !== this.sentOut.lines.length) broken.push(`${events} events for ${this.sentOut.lines.length} messages`)
    return broken
  }

  async close(): Promise<void> {
    await this.rig.close()
  }

  #open(dataDir?: string): Promise<Rig> {
    const life = { isOver: false }
    this.#life = life
    this.#late = []
    const messageStore = (store: MessageStore) => this.#faulty(store, life)
    return Rig.open({ clock: this.#clock, engine: this.#engine, messageStore, ...(dataDir ? { dataDir } : {}) })
  }

  #faulty(store: MessageStore, life: { isOver: boolean }): MessageStore {
    return new Proxy(store, {
      get: (target, name: keyof MessageStore) => {
        const method = target[name] as (...call: unknown[]) => Promise<unknown>
        return async (...call: unknown[]) => {
          if (life.isOver) throw new KurirError('unavailable')
          if (WRITES.has(name) && this.#failures > 0) {
            this.#failures -= 1
            throw new KurirError('unavailable')
          }
          if (this.#bug === 'answer before the commit' && name === 'acceptMessage') {
            this.#later(() => method.apply(target, call), life)
            return { kind: 'accepted', message: asAccepted(call[0] as MessageDraft), row: 0 }
          }
          if (this.#bug === 'receipt before the store' && name === 'storeInbound') {
            this.#later(() => method.apply(target, call), life)
            return undefined
          }
          // Reads see what is written late, so that nothing but a crash can tell.
          await Promise.all(this.#late)
          return method.apply(target, call)
        }
      },
    })
  }

  #later(write: () => Promise<unknown>, life: { isOver: boolean }): void {
    this.#late.push(settle().then(() => (life.isOver ? undefined : write())))
  }
}

function asAccepted(draft: MessageDraft): MessageRecord {
  const history = [{ status: 'accepted', at: draft.at }]
  return { ...draft, session: 'shop', direction: 'out', status: 'accepted', history } as unknown as MessageRecord
}

function inWords(which: string, { extraCopies: _, ...verdict }: Verdict): string[] {
  return JSON.stringify(verdict) === JSON.stringify(CLEAN) ? [] : [`${which}: ${JSON.stringify(verdict)}`]
}

type Step = fc.AsyncCommand<object, Story>

/** A step that can always be taken. */
function step(name: string, run: (story: Story) => Promise<void> | void): Step {
  return { check: () => true, run: async (_model, story) => run(story), toString: () => name }
}

const chat = fc.nat(CHATS.length - 1)
const STEPS = [
  ...Array.from({ length: 4 }, () => chat.map((n) => step(`send ${n}`, (story) => story.send(n)))),
  ...Array.from({ length: 3 }, () => chat.map((n) => step(`receive ${n}`, (story) => story.receive(n)))),
  ...Array.from({ length: 2 }, () =>
    fc
      .constantFrom('drop-before', 'drop-after', 'lose-ack', 'withhold')
      .map((kind) => step(kind, (story) => story.serverFault(kind))),
  ),
  fc.constant(step('receipt', (story) => story.receipt())),
  fc.constant(step('drop', (story) => story.drop())),
  fc.constant(step('kill', (story) => story.kill())),
  fc.integer({ min: 1, max: 5 }).map((n) => step(`the store fails ${n} times`, (story) => story.storeFails(n))),
  ...Array.from({ length: 2 }, () => fc.nat(5_000).map((ms) => step(`wait ${ms}`, (story) => story.wait(ms)))),
]

interface SimulationOptions {
  seed: number
  runs: number
  steps: number
  bug?: PlantedBug
  /** Ends before all runs are done. Milliseconds. */
  limitMs?: number
}

interface SimulationResult {
  runs: number
  /** What was broken, with the steps that broke it; undefined where nothing was. */
  broken: string | undefined
}

/** Throws many gateways about by random steps; stops at the first that breaks a promise. */
export async function simulate({ seed, runs, steps, bug, limitMs }: SimulationOptions): Promise<SimulationResult> {
  const property = fc.asyncProperty(fc.commands(STEPS, { maxCommands: steps, size: 'max' }), async (commands) => {
    const story = new Story(bug)
    await story.begin()
    try {
      await fc.asyncModelRun(() => ({ model: {}, real: story }), commands)
      const broken = await story.end()
      if (broken.length > 0) throw new Error(broken.join('; '))
    } finally {
      await story.close()
    }
  })
  const limit = limitMs === undefined ? {} : { interruptAfterTimeLimit: limitMs, markInterruptAsFailure: false }
  const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: true, ...limit })
  const why = details.failed ? `${details.errorInstance} after ${details.counterexample}` : undefined
  return { runs: details.numRuns, broken: why }
}

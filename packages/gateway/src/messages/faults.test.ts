import fc from 'fast-check'
import { expect, test } from 'vitest'
import { phoneJid } from '../core/jid.ts'
import type { MessageRecord } from '../core/message.ts'
import { ScriptedEngine } from '../engine/scripted/engine.ts'
import { ManualClock, settle } from '../sessions/test/manual-clock.ts'
import { Rig, wordsOf } from './test/rig.ts'

const CHATS = ['6281300000001', '6281300000002', '6281300000003'].map(phoneJid)

type Step =
  | { do: 'send'; chat: number }
  | { do: 'fault'; kind: 'drop-before' | 'drop-after' | 'lose-ack' | 'withhold' }
  | { do: 'receipt' }
  | { do: 'drop' }
  | { do: 'kill' }
  | { do: 'wait'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('send' as const), chat: fc.nat(CHATS.length - 1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      kind: fc.constantFrom('drop-before' as const, 'drop-after' as const, 'lose-ack' as const, 'withhold' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'receipt' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'drop' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(5_000) }) },
)

/** One gateway after the other on the same directory and the same server, thrown about by the steps. */
class Story {
  readonly accepted: MessageRecord[] = []
  readonly #clock = new ManualClock()
  readonly #engine = new ScriptedEngine({ clock: this.#clock })
  #rig: Rig | undefined

  get rig(): Rig {
    if (!this.#rig) throw new Error('the story has not begun')
    return this.#rig
  }

  async begin(): Promise<void> {
    this.#rig = await Rig.open({ clock: this.#clock, engine: this.#engine })
    await this.#rig.connected()
  }

  async account() {
    return this.rig.account(await this.rig.session())
  }

  async take(step: Step): Promise<void> {
    const account = await this.account()
    switch (step.do) {
      case 'send':
        this.accepted.push(await this.rig.text(`${this.accepted.length}`, CHATS[step.chat]))
        break
      case 'fault':
        account.answer = () => {
          account.answer = () => ({ kind: 'ack' })
          return { kind: step.kind }
        }
        break
      case 'receipt': {
        const last = account.accepted.at(-1)
        if (last) account.receipt({ waIds: [last.waId], status: 'delivered' })
        break
      }
      case 'drop':
        account.drop()
        break
      case 'kill':
        await this.#kill()
        break
      case 'wait':
        await this.#clock.advance(step.ms)
        break
    }
  }

  async end(): Promise<MessageRecord[]> {
    const account = await this.account()
    account.answer = () => ({ kind: 'ack' })
    await this.#clock.advance(10 * 60_000)
    return Promise.all(this.accepted.map(({ id }) => this.rig.messages.get(null, id)))
  }

  /** The store goes first: what was not on disk by then never will be. */
  async #kill(): Promise<void> {
    const { dataDir, store, sessions, messages } = this.rig
    await store.close()
    await sessions.drain()
    await messages.drain(0)
    this.#rig = await Rig.open({ dataDir, clock: this.#clock, engine: this.#engine })
    await this.#rig.sessions.resume()
    await settle()
  }
}

test('whatever happens on the way, every accepted message arrives, once per id, in order per chat', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const story = new Story()
      await story.begin()
      try {
        for (const one of steps) await story.take(one)
        const messages = await story.end()
        for (const { status, history } of messages) {
          expect(['sent', 'delivered']).toContain(status)
          expect(history.filter((change) => change.status === 'sent')).toHaveLength(1)
        }
        const { accepted } = await story.account()
        for (const chat of CHATS) {
          const words = accepted.filter(({ to }) => to === chat).map((message) => Number(wordsOf(message)))
          const shown = [...new Set(words)]
          expect(shown).toEqual(shown.toSorted((a, b) => a - b))
        }
        const ids = new Map(accepted.map((message) => [wordsOf(message), message.waId]))
        expect(ids).toEqual(new Map(messages.map((message) => [wordsOf(message as never), message.waId])))
        const events = await story.rig.events('message.sent')
        expect(events).toHaveLength(messages.length)
      } finally {
        await story.rig.close()
      }
    }),
    { numRuns: 15 },
  )
}, 30_000)

import { describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { OutgoingContent } from '../../core/message.ts'
import type { InboundMessage } from '../../engine/port.ts'
import type { MessageDraft } from '../../messages/ports.ts'
import { ANI, BUDI, type Use } from './world.ts'

const ANI_LID = '900000000000001@lid' as Jid
const OFFER: OutgoingContent = {
  type: 'buttons',
  text: 'Jadi?',
  buttons: [{ kind: 'reply', id: 'ya', title: 'Ya' }],
}
const LIST: OutgoingContent = { type: 'list', text: 'Pilih', buttonText: 'Buka', sections: [] }

/** What {@link MessageStore.findOffer} promises, and which events tell of what changes other messages. */
export function offerConformance(use: Use): void {
  describe('offers', () => {
    test('what was sent last in the chat counts, by whichever name of the chat', async () => {
      const { store, session, find } = await start(use)
      expect(await find([ANI])).toBeUndefined()
      await session.accept({ content: OFFER })
      await session.accept({ content: LIST, chat: BUDI })
      expect(await find([ANI])).toEqual(OFFER)
      expect(await find([ANI_LID, ANI])).toEqual(OFFER)
      expect(await find([ANI_LID])).toBeUndefined()
      await session.accept({ content: LIST })
      expect(await find([ANI])).toEqual(LIST)
      const other = await session.other()
      expect(await store.messages.findOffer(other.uid, { chats: [ANI], quoted: null })).toBeUndefined()
    })

    test('another question takes its place, a reaction does not, nor does one that failed', async () => {
      const { world, store, session, find } = await start(use)
      await session.accept({ content: OFFER })
      const target = { waId: '3A1' as WaMessageId, fromMe: false }
      await session.accept({ content: { type: 'reaction', target, emoji: '👍' } })
      expect(await find([ANI])).toEqual(OFFER)
      const failing = await session.accept({ content: { type: 'text', text: 'Berapa?' } })
      await store.messages.advanceStatus(failing.id, { status: 'failed', reason: 'rejected', at: world.now })
      expect(await find([ANI])).toEqual(OFFER)
      await session.receive({ fromMe: true, content: { type: 'text', text: 'Berapa?' } })
      expect(await find([ANI])).toBeUndefined()
    })

    test('the message that is quoted goes before all, and must be an offer', async () => {
      const { session, find } = await start(use)
      const offered = await session.accept({ content: OFFER })
      const asked = await session.accept({ content: { type: 'text', text: 'Berapa?' } })
      expect(await find([ANI], offered.waId)).toEqual(OFFER)
      expect(await find([ANI], asked.waId)).toBeUndefined()
      await session.accept({ content: LIST })
      expect(await find([ANI], asked.waId)).toBeUndefined()
      expect(await find([ANI], '3EB0NOBODY' as WaMessageId)).toBeUndefined()
    })

    test('a chat that went on for long has no offer', async () => {
      const { session, find } = await start(use)
      await session.accept({ content: OFFER })
      for (let count = 0; count < 49; count += 1) await session.receive()
      expect(await find([ANI])).toEqual(OFFER)
      await session.receive()
      expect(await find([ANI])).toBeUndefined()
    })
  })

  test('what changes another message is told by an event of its own', async () => {
    const { world, session } = await start(use)
    const target = { waId: '3A1' as WaMessageId, fromMe: true }
    await session.receive({ content: { type: 'edit', target, text: 'baru' } })
    await session.receive({ content: { type: 'revoke', target } })
    await session.receive({ content: { type: 'reaction', target, emoji: '👍' } })
    const shown = { wa_id: '3A1', from_me: true }
    expect(await world.events(session.uid)).toMatchObject([
      { type: 'message.edited', data: { type: 'edit', target: shown, text: 'baru' } },
      { type: 'message.revoked', data: { type: 'revoke', target: shown } },
      { type: 'message.reaction', data: { type: 'reaction', target: shown, emoji: '👍' } },
    ])
  })
}

async function start(use: Use) {
  const world = use()
  const session = await world.session()
  const { store } = world
  return {
    world,
    store,
    session: {
      uid: session.uid,
      accept: async (over: Partial<MessageDraft>) => (await world.accept(session, over)).message,
      receive: (over?: Partial<InboundMessage>) => world.receive(session, over),
      other: () => world.session(),
    },
    find: (chats: Jid[], quoted: WaMessageId | null = null) => store.messages.findOffer(session.uid, { chats, quoted }),
  }
}

import { proto } from 'baileys'
import { expect, test } from 'vitest'
import { BrokenHistory, type HistoryItem, readHistory } from './history-reader.ts'

const PIECE = proto.HistorySync.encode(
  proto.HistorySync.fromObject({
    syncType: 0,
    chunkOrder: 3,
    progress: 300,
    conversations: [
      { id: 'a@s.whatsapp.net', messages: [row('one'), row('two')], unreadCount: 7, name: 'Ani', createdAt: 2 ** 40 },
      { id: 'b@s.whatsapp.net', messages: [] },
      { id: 'c@s.whatsapp.net', messages: [row('x'.repeat(2 * 1024 * 1024)), row('three')] },
    ],
    pushnames: [{ id: 'a@s.whatsapp.net', pushname: 'Ani' }],
    phoneNumberToLidMappings: [{ pnJid: 'a@s.whatsapp.net', lidJid: '1@lid' }],
  }),
).finish()

function row(text: string): object {
  return { message: { key: { id: text.slice(0, 5) }, message: { conversation: text } }, msgOrderId: 9 }
}

/** The bytes in pieces of this length; counts those that were asked for. */
function source(bytes: Uint8Array, length: number) {
  const counted = { given: 0 }
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += length) {
      counted.given += 1
      yield bytes.subarray(at, at + length)
    }
  }
  return Object.assign(counted, { pieces: pieces() })
}

async function all(bytes: Uint8Array, length: number): Promise<HistoryItem[]> {
  const items: HistoryItem[] = []
  for await (const item of readHistory(source(bytes, length).pieces)) items.push(item)
  return items
}

test.each([[3], [100], [65_536], [PIECE.length]])(
  'messages and mappings are read from pieces of %i bytes, without one that is too large',
  async (length) => {
    const items = await all(PIECE, length)
    const texts = items.map((item) => (item.kind === 'message' ? item.message.message?.conversation : item.lid))
    expect(texts).toEqual(['one', 'two', 'three', '1@lid'])
  },
)

test('a message is there before the rest has come', async () => {
  const seen = source(PIECE, 10)
  for await (const item of readHistory(seen.pieces)) {
    expect(item.kind).toBe('message')
    break
  }
  expect(seen.given).toBeLessThan(20)
})

test.each([
  ['ends within a field', PIECE.subarray(0, PIECE.length - 3)],
  ['has a wire type that there is not', Buffer.from([0x0f])],
  ['has a number without an end', Buffer.alloc(20, 0xff)],
])('what %s is none', async (_what, bytes) => {
  await expect(all(bytes, 64)).rejects.toThrow(BrokenHistory)
})

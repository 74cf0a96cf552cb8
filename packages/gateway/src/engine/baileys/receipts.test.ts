import { describe, expect, test } from 'vitest'
import { receiptOf } from './receipts.ts'

const me = { id: '15550000001:3@s.whatsapp.net', lid: '100000001:3@lid' }
const BOB = '15550000002@s.whatsapp.net'

function read(attrs: Record<string, string>, listed: string[] = []) {
  const items = listed.map((id) => ({ tag: 'item', attrs: { id } }))
  const content = listed.length > 0 ? [{ tag: 'list', attrs: {}, content: items }] : []
  return receiptOf({ tag: 'receipt', attrs, content }, me, 42)
}

describe('receiptOf', () => {
  test.each([
    [undefined, 'delivered'],
    ['inactive', 'delivered'],
    ['read', 'read'],
    ['played', 'played'],
  ])('type %s is %s', (type, status) => {
    const attrs = { id: '1', from: BOB, t: '1700000000', ...(type ? { type } : {}) }
    const receipt = { waIds: ['1'], chat: BOB, participant: null, status, at: 1_700_000_000_000 }
    expect(read(attrs)).toEqual(receipt)
  })

  test.each(['retry', 'read-self', 'peer_msg', 'hist_sync', 'server-error'])('type %s is none of ours', (type) => {
    expect(read({ id: '1', from: BOB, type })).toBeUndefined()
  })

  test('lists several ids', () => {
    expect(read({ id: '1', from: BOB, type: 'read' }, ['2', '3'])?.waIds).toEqual(['1', '2', '3'])
  })

  test('names the member in a group, without device', () => {
    const attrs = { id: '1', from: '123@g.us', participant: '100000002:5@lid' }
    expect(read(attrs)).toMatchObject({ chat: '123@g.us', participant: '100000002@lid', status: 'delivered' })
  })

  test('of the own phone tells only that the message was sent', () => {
    const own = { id: '1', from: '15550000001@s.whatsapp.net', recipient: BOB }
    expect(read({ ...own, type: 'sender' })).toMatchObject({ chat: BOB, status: 'sent' })
    expect(read(own)).toBeUndefined()
    expect(read({ ...own, type: 'read' })).toBeUndefined()
    expect(read({ id: '1', from: '123@g.us', participant: '100000001@lid', type: 'sender' })).toMatchObject({
      status: 'sent',
    })
  })

  test('without time has ours', () => {
    expect(read({ id: '1', from: BOB })?.at).toBe(42)
  })
})

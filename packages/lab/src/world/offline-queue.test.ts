import { expect, test } from 'vitest'
import { node } from '../wire/node.ts'
import { OfflineQueue } from './offline-queue.ts'

const message = (id: string, from: string) => node('message', { id, from })
const ids = (queue: OfflineQueue) => queue.stanzas().map((stanza) => `${stanza.attrs.from} ${stanza.attrs.id}`)

test('keeps the order and forgets what a receipt confirms, its list included', () => {
  const queue = new OfflineQueue()
  for (const id of ['A', 'B', 'C', 'D']) queue.add(message(id, '1@s.whatsapp.net'))
  const list = node('list', {}, [node('item', { id: 'C' })])
  queue.confirm(node('receipt', { id: 'A', to: '1@s.whatsapp.net' }, [list]))
  expect(ids(queue)).toEqual(['1@s.whatsapp.net B', '1@s.whatsapp.net D'])
})

test('an ack confirms its own class only', () => {
  const queue = new OfflineQueue()
  queue.add(message('A', '1@s.whatsapp.net'))
  queue.add(node('receipt', { id: 'A', from: '1@s.whatsapp.net' }))
  queue.confirm(node('ack', { class: 'receipt', id: 'A', to: '1@s.whatsapp.net' }))
  expect(queue.stanzas().map(({ tag }) => tag)).toEqual(['message'])
  expect(queue.confirm(node('ack', { class: 'message', id: 'A', to: '1@s.whatsapp.net' }))).toHaveLength(1)
  expect(queue.size).toBe(0)
})

test('one id of two senders are two stanzas', () => {
  const queue = new OfflineQueue()
  queue.add(message('A', '1@s.whatsapp.net'))
  queue.add(message('A', '2:3@s.whatsapp.net'))
  queue.confirm(node('receipt', { id: 'A', to: '2@s.whatsapp.net' }))
  expect(ids(queue)).toEqual(['1@s.whatsapp.net A'])
})

test('an answer to something unknown confirms nothing', () => {
  const queue = new OfflineQueue()
  queue.add(message('A', '1@s.whatsapp.net'))
  expect(queue.confirm(node('ack', { class: 'message', id: 'B' }))).toEqual([])
  expect(queue.size).toBe(1)
})

test('a receipt settles earlier copies of its message, a refusal only one', () => {
  const queue = new OfflineQueue()
  for (const count of [undefined, 1, 2]) {
    queue.add(node('message', { id: 'A', from: '1@s.whatsapp.net' }, [node('enc', { count })]))
  }
  queue.confirm(node('ack', { class: 'message', id: 'A', to: '1@s.whatsapp.net', error: 500 }))
  expect(queue.size).toBe(2)
  queue.confirm(node('receipt', { id: 'A', to: '1@s.whatsapp.net' }))
  expect(queue.size).toBe(0)
})

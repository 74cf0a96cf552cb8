import { describe, expect, test } from 'vitest'
import { readReplyArray } from './reply-array.ts'

const read = (message: unknown, success: unknown = true) => readReplyArray(JSON.stringify({ success, message }))
const text = (content: string) => ({ kind: 'content', content: { type: 'text', text: content } })
const place = (latitude: number, longitude: number) => ({
  kind: 'content',
  content: { type: 'location', latitude, longitude },
})
const FILE = { kind: 'file', maxBytes: 16 * 1024 * 1024 }

describe('the answer of a webhook', () => {
  test('document 004: a reply of every type', () => {
    const reply = [
      { type: 'message', content: 'Webhook Response' },
      { type: 'location', content: [{ coordinate: '-6.2-106.8' }] },
      { type: 'audio', content: 'https://yourdomain.example/your_audio_file.mp3' },
      { type: 'image', content: 'https://yourdomain.example/your_image_file.png' },
      { type: 'document', content: 'https://yourdomain.example/your_document_file.pdf' },
    ]
    expect(read({ reply })).toEqual([
      text('Webhook Response'),
      place(-6.2, 106.8),
      { ...FILE, type: 'audio', source: { url: 'https://yourdomain.example/your_audio_file.mp3' } },
      { ...FILE, type: 'image', source: { url: 'https://yourdomain.example/your_image_file.png' } },
      { ...FILE, type: 'document', source: { url: 'https://yourdomain.example/your_document_file.pdf' } },
    ])
  })

  test('document 004: the PHP sample answers with the list itself', () => {
    expect(read([{ type: 'message', content: 'Masukkan pesan berhasil disini' }])).toEqual([
      text('Masukkan pesan berhasil disini'),
    ])
  })

  test('sends nothing without success, and nothing where there is no list', () => {
    expect(read([{ type: 'message', content: 'x' }], false)).toEqual([])
    expect(read('Unauthorized', false)).toEqual([])
    expect(read('fine')).toEqual([])
    expect(read({})).toEqual([])
    expect(readReplyArray('{}')).toEqual([])
  })

  test.each(['', 'OK', '[]', '"x"', 'null', '<html>'])('%j is none', (body) => {
    expect(readReplyArray(body)).toBeUndefined()
  })

  test.each([
    ['-6.2,106.8', -6.2, 106.8],
    ['-6.2-106.8', -6.2, 106.8],
    ['-6.2--106.8', -6.2, -106.8],
    ['6.2--106.8', 6.2, -106.8],
    [' 40.7 , -74 ', 40.7, -74],
    ['0-0', 0, 0],
  ])('coordinate %j', (coordinate, latitude, longitude) => {
    expect(read([{ type: 'location', content: [{ coordinate }] }])).toEqual([place(latitude, longitude)])
  })

  test('each coordinate is a message', () => {
    const content = [{ coordinate: '1,2' }, { coordinate: '3,4' }]
    expect(read([{ type: 'location', content }])).toEqual([place(1, 2), place(3, 4)])
  })

  test('what cannot be sent keeps nothing else back', () => {
    const reply = [
      { type: 'location', content: [{ coordinate: '91,0' }] },
      { type: 'location', content: [] },
      { type: 'video', content: 'https://x.example/a.mp4' },
      { type: 'image', content: 'file:///etc/passwd' },
      { type: 'message', content: { a: 1 } },
      { type: 'message', content: 'x'.repeat(70_000) },
      null,
      { type: 'MESSAGE', content: 7 },
    ]
    const refusals = [
      'bad_coordinate',
      'no_content',
      'unknown_type',
      'bad_url',
      'no_content',
      'too_long',
      'unknown_type',
    ]
    expect(read({ reply })).toEqual([...refusals.map((why) => ({ kind: 'refused', why })), text('7')])
  })

  test('has an end', () => {
    const many = Array.from({ length: 500 }, () => ({ type: 'message', content: 'x' }))
    expect(read(many)).toHaveLength(50)
  })
})

import { expect, test } from 'vitest'
import { kindOfFile } from './files.ts'

const OFFICE = 'application/vnd.openxmlformats-officedocument'

test('document 002: the twenty extensions, each with its content', () => {
  const files: [string, string, string][] = [
    ...['jpg', 'jpeg', 'png', 'gif', 'webp'].map((end): [string, string, string] => [end, 'image/png', 'image']),
    ...['mp4', 'avi', 'mov', 'mkv', 'webm'].map((end): [string, string, string] => [end, 'video/mp4', 'video']),
    ...['mp3', 'wav', 'ogg', 'm4a', 'aac'].map((end): [string, string, string] => [end, 'audio/mpeg', 'audio']),
    ['pdf', 'application/pdf', 'document'],
    ['doc', 'application/msword', 'document'],
    ['docx', `${OFFICE}.wordprocessingml.document`, 'document'],
    ['xls', 'application/vnd.ms-excel', 'document'],
    ['xlsx', `${OFFICE}.spreadsheetml.sheet`, 'document'],
  ]
  expect(files).toHaveLength(20)
  for (const [end, mimetype, kind] of files) {
    expect(kindOfFile(`a.b.${end.toUpperCase()}`, mimetype), end).toBe(kind)
    expect(kindOfFile(`a.${end}`, 'text/html'), end).toBeUndefined()
  }
})

test('names without one of them are refused, whatever is in the file', () => {
  for (const name of [null, '', 'jpg', 'a.exe', 'a.jpg.exe', 'a.jpg ', 'constructor', 'a.constructor', 'a.svg']) {
    expect(kindOfFile(name, 'image/png'), String(name)).toBeUndefined()
  }
})

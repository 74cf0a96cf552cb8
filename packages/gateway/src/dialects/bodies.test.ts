import { describe, expect, test } from 'vitest'
import { headerText, parseBody } from './bodies.ts'
import { Fields } from './fields.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json; charset=utf-8'

function parse(text: string, type?: string) {
  return parseBody(Buffer.from(text), type).all()
}

describe('bodies', () => {
  test('JSON is read under whatever content type it comes', () => {
    for (const type of [JSON_TYPE, 'application/vnd.api+json', 'text/plain;charset=UTF-8', FORM, undefined]) {
      expect(parse('{"to": "62812", "message": "a=b&c"}', type), String(type)).toEqual({
        to: '62812',
        message: 'a=b&c',
      })
    }
    expect(parse('\uFEFF {"a": 1}', JSON_TYPE)).toEqual({ a: 1 })
  })

  test('nothing, blanks, an empty list and null are a body without fields', () => {
    for (const text of ['', ' \n', '[]', 'null', '{}']) {
      for (const type of [JSON_TYPE, FORM, undefined]) expect(parse(text, type), `${text} as ${type}`).toEqual({})
    }
  })

  test('forms: repeated names and brackets make lists and groups', () => {
    expect(parse('to=62812&message=halo+dunia%21', FORM)).toEqual({ to: '62812', message: 'halo dunia!' })
    expect(parse('n=1&n=2&m[]=1&k[0]=a&k[1]=b', FORM)).toEqual({ n: ['1', '2'], m: ['1'], k: ['a', 'b'] })
    expect(parse('config[setWebhook]=true&config[url]=x', FORM)).toEqual({ config: { setWebhook: 'true', url: 'x' } })
    expect(parse('a=b')).toEqual({ a: 'b' })
    expect(parse('text={not json', FORM)).toEqual({ text: '{not json' })
    expect(parse('{not json', FORM)).toEqual({ '{not json': '' })
  })

  test('no name reaches a prototype', () => {
    parse('__proto__[polluted]=1&constructor[prototype][polluted]=1', FORM)
    parse('{"__proto__": {"polluted": 1}}', JSON_TYPE)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(new Fields(parse('{"a": 1}', JSON_TYPE)).value('constructor')).toBeUndefined()
    expect(new Fields(parse('{"a": 1}', JSON_TYPE)).over(new Fields({ b: 2 })).value('toString')).toBeUndefined()
  })

  test('broken JSON and what is no object are refused, other types too', () => {
    const refusals: [string, string | undefined, string][] = [
      ['{"a": ', JSON_TYPE, 'invalid_request'],
      ['{"a": ', undefined, 'invalid_request'],
      ['[1]', JSON_TYPE, 'invalid_request'],
      ['7', JSON_TYPE, 'invalid_request'],
      ['<a/>', 'application/xml', 'unsupported_media_type'],
      ['hello', 'text/plain', 'unsupported_media_type'],
    ]
    for (const [text, type, code] of refusals) {
      expect(() => parse(text, type), text).toThrow(expect.objectContaining({ code }))
    }
  })

  test('headers lose what the samples have around their values', () => {
    expect(headerText(' abc ; ')).toBe('abc')
    expect(headerText('application/json;')).toBe('application/json')
    expect(headerText([' a', 'b'])).toBe('a')
    expect(headerText(' ; ')).toBeUndefined()
    expect(headerText(undefined)).toBeUndefined()
  })
})

describe('fields', () => {
  const fields = new Fields({
    ...{ text: 'a', number: 7, empty: '', nothing: null, blank: ' x ', yes: 'TRUE', no: 0, list: '["a", 1]' },
    ...{ one: 'a', group: '{"b": 1}', object: { b: 2 }, odd: {} },
  })

  test('are read as they are needed, and are absent where they are empty', () => {
    expect([fields.text('text'), fields.text('number'), fields.text('empty'), fields.text('nothing')]).toEqual([
      'a',
      '7',
      undefined,
      undefined,
    ])
    expect([fields.word('blank'), fields.text('blank')]).toEqual(['x', ' x '])
    expect([fields.flag('yes'), fields.flag('no'), fields.flag('empty')]).toEqual([true, false, undefined])
    expect([fields.number('number'), fields.list('list'), fields.list('one')]).toEqual([7, ['a', 1], ['a']])
    expect([fields.group('group')?.number('b'), fields.group('object')?.number('b')]).toEqual([1, 2])
  })

  test('of the wrong kind are named', () => {
    const faults: (() => unknown)[] = [
      () => fields.text('odd'),
      () => fields.number('text'),
      () => fields.flag('text'),
      () => fields.group('text'),
    ]
    for (const fault of faults) expect(fault).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  test('of the body go over those of the query, unless they are empty', () => {
    const query = new Fields({ a: 'query', b: 'query', c: 'query' })
    expect(new Fields({ a: 'body', b: '' }).over(query).all()).toEqual({ a: 'body', b: 'query', c: 'query' })
  })
})

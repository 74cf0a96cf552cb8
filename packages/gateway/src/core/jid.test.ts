import { describe, expect, test } from 'vitest'
import { jidKind, jidPhone, parseJid, parsePhone, parseRecipient } from './jid.ts'

describe('parsePhone', () => {
  test.each([
    ['0812-3456-7890', '6281234567890'],
    ['812 3456 7890', '81234567890'],
    ['+62 812 3456 7890', '6281234567890'],
    ['(0)812.3456.7890', '6281234567890'],
  ])('%s reads %s', (text, phone) => {
    expect(parsePhone(text)).toBe(phone)
  })

  test('a leading 0 becomes the given country code', () => {
    expect(parsePhone('0803 123 4567', '234')).toBe('2348031234567')
  })

  test.each(['', 'abc', '12', '0', '123456789012345678901'])('%j is no number', (text) => {
    expect(parsePhone(text)).toBeUndefined()
  })
})

describe('parseJid', () => {
  test.each([
    ['6281234567890@s.whatsapp.net', '6281234567890@s.whatsapp.net', 'user'],
    ['6281234567890:12@s.whatsapp.net', '6281234567890@s.whatsapp.net', 'user'],
    ['6281234567890@c.us', '6281234567890@s.whatsapp.net', 'user'],
    ['900000000000001@lid', '900000000000001@lid', 'lid'],
    ['120363012345678901@g.us', '120363012345678901@g.us', 'group'],
    ['status@broadcast', 'status@broadcast', 'broadcast'],
  ])('%s is %s, a %s', (text, jid, kind) => {
    const parsed = parseJid(text)
    expect(parsed).toBe(jid)
    expect(parsed && jidKind(parsed)).toBe(kind)
  })

  test.each(['@s.whatsapp.net', 'abc@s.whatsapp.net', 'a b@g.us', '1@evil.example', '62812@', 'x@s.whatsapp.net@lid'])(
    '%j is no address',
    (text) => {
      expect(parseJid(text)).toBeUndefined()
    },
  )
})

test('a recipient is a number as people write it, or an address', () => {
  expect(parseRecipient('0812-3456-7890')).toBe('6281234567890@s.whatsapp.net')
  expect(parseRecipient('120363012345678901@g.us')).toBe('120363012345678901@g.us')
  expect(parseRecipient('nobody')).toBeUndefined()
})

test('only a phone number has a phone', () => {
  const lid = parseJid('900000000000001@lid')
  expect(lid && jidPhone(lid)).toBeUndefined()
})

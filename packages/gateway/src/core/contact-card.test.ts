import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readVcard, vcardOf } from './contact-card.ts'

test('a card made here is read as it was', () => {
  const number = fc.stringMatching(/^[1-9]\d{4,14}$/)
  const type = fc.constantFrom('CELL', 'WORK', 'HOME')
  const card = fc.record(
    {
      name: fc.string({ minLength: 1 }).filter((name) => !/[\r\n]/.test(name)),
      phones: fc.array(fc.record({ number, type }), { maxLength: 4 }),
      organization: fc.constantFrom('Toko Sinar', 'Sinar; Jaya, Tbk', 'a\\b'),
    },
    { requiredKeys: ['name', 'phones'] },
  )
  fc.assert(
    fc.property(card, (made) => {
      const vcard = vcardOf(made)
      expect(readVcard(vcard)).toEqual({ ...made, vcard })
    }),
  )
})

test('a line break cannot bring in a line', () => {
  const vcard = vcardOf({ name: 'Budi\nTEL:+1', phones: [{ number: '6281300000001' }] })
  expect(vcard.split('\n').filter((line) => line.startsWith('TEL'))).toHaveLength(1)
  expect(readVcard(vcard).name).toBe('Budi\nTEL:+1')
})

test('cards as phones write them', () => {
  const android =
    'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Santoso;Budi;;;\r\nFN:Budi Santoso\r\nORG:Toko Sinar;\r\n' +
    'item1.TEL;waid=6281300000001:+62 813-0000-0001\r\nitem1.X-ABLabel:Mobile\r\nTEL;type=WORK;type=VOICE:+62 21 555\r\nEND:VCARD'
  expect(readVcard(android)).toEqual({
    name: 'Budi Santoso',
    phones: [{ number: '6281300000001' }, { number: '6221555', type: 'WORK' }],
    organization: 'Toko Sinar',
    vcard: android,
  })
  const folded = 'BEGIN:VCARD\nFN:A very\n  long name\nTEL;TYPE=CELL,VOICE:0813\nEND:VCARD'
  expect(readVcard(folded, 'Shown')).toMatchObject({ name: 'Shown', phones: [{ number: '0813', type: 'CELL' }] })
  expect(readVcard(folded).name).toBe('A very long name')
  expect(readVcard('not a card at all')).toEqual({ name: '', phones: [], vcard: 'not a card at all' })
})

test('a card that was given whole goes out as it is', () => {
  expect(vcardOf({ name: 'x', phones: [], vcard: 'BEGIN:VCARD' })).toBe('BEGIN:VCARD')
})

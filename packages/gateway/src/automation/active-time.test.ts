import { describe, expect, test } from 'vitest'
import { isActive, readHour } from './active-time.ts'
import { readTimeZone } from './local-time.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

/** 2026-03-02 is a Monday. */
const at = (text: string) => Date.parse(`2026-03-${text}Z`)

function active(time: string, hours: { from: string; to: string }, off: string[] = [], zone = 'UTC'): boolean {
  const activeDays = { ...DEFAULT_SETTINGS.activeDays, ...Object.fromEntries(off.map((day) => [day, false])) }
  const now = readTimeZone(zone)?.(at(time))
  if (!now) throw new Error('no such zone')
  return isActive({ activeDays, activeHours: hours }, now)
}

describe('active hours', () => {
  test.each([
    ['02T08:59', false],
    ['02T09:00', true],
    ['02T16:59', true],
    ['02T17:00', false],
  ])('from 9:00 to 17:00 at %s: %s', (time, expected) => {
    expect(active(time, { from: '9:00', to: '17:00' })).toBe(expected)
  })

  test.each([
    ['02T21:59', false],
    ['02T22:00', true],
    ['03T00:00', true],
    ['03T04:59', true],
    ['03T05:00', false],
  ])('from 22:00 to 5:00 at %s: %s', (time, expected) => {
    expect(active(time, { from: '22:00', to: '5:00' })).toBe(expected)
  })

  test('that span midnight belong to the day on which they began', () => {
    const night = { from: '22:00', to: '5:00' }
    expect(active('03T01:00', night, ['tuesday'])).toBe(true)
    expect(active('03T23:00', night, ['tuesday'])).toBe(false)
    expect(active('03T01:00', night, ['monday'])).toBe(false)
    expect(active('02T01:00', night, ['sunday'])).toBe(false)
  })

  test('may be always, all day, and nothing on a day off', () => {
    expect(active('02T03:00', { from: 'always', to: 'always' })).toBe(true)
    expect(active('02T03:00', { from: 'Always', to: '5:00' })).toBe(true)
    expect(active('02T03:00', { from: '0:00', to: '24:00' })).toBe(true)
    expect(active('02T03:00', { from: '00:00', to: '00:00' })).toBe(true)
    expect(active('02T03:00', { from: 'always', to: 'always' }, ['monday'])).toBe(false)
  })

  test.each([
    ['0:00', 0],
    ['09:30', 570],
    ['9:05', 545],
    ['24:00', 1440],
    ['24:01', undefined],
    ['9', undefined],
    ['9:5', undefined],
    ['9:60', undefined],
    ['', undefined],
    [' always ', 'always'],
  ])('%j is read as %s', (text, expected) => {
    expect(readHour(text)).toBe(expected)
  })
})

describe('a time zone', () => {
  test.each([
    ['+1', '00:30', 'tuesday', '2026-03-03'],
    ['+05:30', '05:00', 'tuesday', '2026-03-03'],
    ['+0530', '05:00', 'tuesday', '2026-03-03'],
    ['-3', '20:30', 'monday', '2026-03-02'],
    ['UTC', '23:30', 'monday', '2026-03-02'],
    ['GMT+7', '06:30', 'tuesday', '2026-03-03'],
    ['Asia/Jakarta', '06:30', 'tuesday', '2026-03-03'],
    ['Africa/Harare', '01:30', 'tuesday', '2026-03-03'],
    ['America/New_York', '18:30', 'monday', '2026-03-02'],
  ])('%s shows %s on %s', (zone, time, weekday, date) => {
    expect(readTimeZone(zone)?.(at('02T23:30'))).toMatchObject({ time, weekday, date })
  })

  test('knows daylight saving', () => {
    const berlin = readTimeZone('Europe/Berlin')
    expect(berlin?.(Date.parse('2026-03-29T00:59Z')).time).toBe('01:59')
    expect(berlin?.(Date.parse('2026-03-29T01:00Z')).time).toBe('03:00')
  })

  test('midnight is 00:00', () => {
    expect(readTimeZone('Asia/Jakarta')?.(Date.parse('2026-03-01T17:00Z'))).toMatchObject({ minute: 0, time: '00:00' })
  })

  test.each(['', '1', '+15', '+1:99', 'Mars/Olympus', '+01:0', '../etc', 'Asia/Jakarta; x'])('%j is none', (text) => {
    expect(readTimeZone(text)).toBeUndefined()
  })
})

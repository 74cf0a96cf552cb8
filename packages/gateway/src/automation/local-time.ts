import { WEEKDAYS, type Weekday } from './ports.ts'

/** What a clock on the wall of a time zone shows. */
export interface LocalTime {
  weekday: Weekday
  /** Minutes since midnight. */
  minute: number
  /** `YYYY-MM-DD`. */
  date: string
  /** `HH:MM`. */
  time: string
}

/** A time zone; `at` is in milliseconds since the epoch. */
export type TimeZone = (at: number) => LocalTime

const OFFSET = /^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i
const FARTHEST_MINUTES = 14 * 60
const KEPT = 500

const known = new Map<string, TimeZone>()

/** Reads an offset from UTC (`+1`, `-03:30`) or an IANA name; undefined where it is neither. */
export function readTimeZone(text: string): TimeZone | undefined {
  const name = text.trim()
  const found = known.get(name) ?? readOffset(name) ?? readName(name)
  if (found && known.size < KEPT) known.set(name, found)
  return found
}

function readOffset(text: string): TimeZone | undefined {
  const [, sign, hours, minutes = '0'] = OFFSET.exec(text) ?? []
  if (hours === undefined || Number(minutes) > 59) return undefined
  const distance = Number(hours) * 60 + Number(minutes)
  if (distance > FARTHEST_MINUTES) return undefined
  const offset = sign === '-' ? -distance : distance
  return (at) => {
    const iso = new Date(at + offset * 60_000)
    return localTime(iso.toISOString().slice(0, 10), iso.toISOString().slice(11, 16))
  }
}

function readName(text: string): TimeZone | undefined {
  const format = formatOf(text)
  if (!format) return undefined
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
    return localTime(`${part('year')}-${part('month')}-${part('day')}`, `${part('hour')}:${part('minute')}`)
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z]/.test(timeZone)) return undefined
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'gregory', ...digits })
  } catch {
    return undefined
  }
}

function localTime(date: string, time: string): LocalTime {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay()
  const [hours = '0', minutes = '0'] = time.split(':')
  return {
    // JavaScript's week begins on Sunday, this one on Monday.
    weekday: WEEKDAYS[(day + 6) % 7] ?? 'monday',
    minute: Number(hours) * 60 + Number(minutes),
    date,
    time,
  }
}

/** The day of the week before. */
export function dayBefore(day: Weekday): Weekday {
  return WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] ?? 'monday'
}

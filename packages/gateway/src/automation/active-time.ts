import { dayBefore, type LocalTime } from './local-time.ts'
import type { AutomationSettings } from './ports.ts'

const HOUR = /^(\d{1,2}):(\d{2})$/
const ALWAYS = 'always'

/** Minutes since midnight of `H:MM` or `HH:MM` (up to 24:00), `always`, or undefined where it is neither. */
export function readHour(text: string): number | 'always' | undefined {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === ALWAYS) return ALWAYS
  const [, hours, minutes] = HOUR.exec(trimmed) ?? []
  if (hours === undefined || Number(minutes) > 59) return undefined
  const minute = Number(hours) * 60 + Number(minutes)
  return minute <= 24 * 60 ? minute : undefined
}

/**
 * Whether a session answers at this time. The hours run from `from` to just before `to`; hours that span midnight
 * belong to the day on which they began. Equal ends are the whole day, as is one end that says `always`.
 */
export function isActive(settings: Pick<AutomationSettings, 'activeDays' | 'activeHours'>, now: LocalTime): boolean {
  const { activeDays: days, activeHours } = settings
  const [from, to] = [readHour(activeHours.from), readHour(activeHours.to)]
  if (typeof from !== 'number' || typeof to !== 'number' || from === to) return days[now.weekday]
  if (from < to) return days[now.weekday] && from <= now.minute && now.minute < to
  return (days[now.weekday] && now.minute >= from) || (days[dayBefore(now.weekday)] && now.minute < to)
}

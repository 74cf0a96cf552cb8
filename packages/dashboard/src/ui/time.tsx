import { useLanguage } from '../i18n/text.tsx'

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** How long ago it was; the exact time shows when the pointer rests on it. */
export function Ago({ at }: { at: string }) {
  const language = useLanguage()
  const seconds = Math.round((Date.parse(at) - Date.now()) / 1000)
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit)
  return (
    <time dateTime={at} title={new Date(at).toLocaleString(language)}>
      {words}
    </time>
  )
}

/** The time of day, with the date unless it is today. */
export function Clock({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const language = useLanguage()
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
  if (seconds) time.second = '2-digit'
  const day: Intl.DateTimeFormatOptions = isToday ? {} : { day: 'numeric', month: 'short' }
  return (
    <time dateTime={at} title={date.toLocaleString(language)}>
      {date.toLocaleString(language, { ...day, ...time })}
    </time>
  )
}

import type { Settings, Weekday } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { SwitchLine, TextField } from '../../ui/field.tsx'

type Hours = Pick<Settings, 'active_days' | 'active_hours' | 'timezone'>

interface WeekGridProps {
  draft: Hours
  change: (patch: Partial<Hours>) => void
}

const WEEKDAYS: Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const ALWAYS = 'always'

/** On which days and hours messages are answered, as a week. */
export function WeekGrid({ draft, change }: WeekGridProps) {
  const text = useText()
  const { from, to } = draft.active_hours
  const isAllDay = from === ALWAYS || to === ALWAYS
  const setAllDay = (on: boolean) =>
    change({ active_hours: on ? { from: ALWAYS, to: ALWAYS } : { from: '08:00', to: '17:00' } })
  return (
    <section className="panel pad stack">
      <h2>{text.answers.when}</h2>
      <Week draft={draft} change={change} />
      <SwitchLine label={text.answers.allDay} checked={isAllDay} onChange={setAllDay} />
      {!isAllDay && (
        <div className="row">
          <TextField
            label={text.answers.from}
            type="time"
            required
            value={padded(from)}
            onChange={(event) => change({ active_hours: { from: event.target.value, to } })}
          />
          <TextField
            label={text.answers.to}
            type="time"
            required
            value={padded(to)}
            onChange={(event) => change({ active_hours: { from, to: event.target.value } })}
          />
        </div>
      )}
      <TextField
        label={text.answers.timezone}
        maxLength={64}
        placeholder="Asia/Jakarta"
        value={draft.timezone}
        onChange={(event) => change({ timezone: event.target.value })}
      />
    </section>
  )
}

function Week({ draft, change }: WeekGridProps) {
  const text = useText()
  const toggle = (day: Weekday) => change({ active_days: { ...draft.active_days, [day]: !draft.active_days[day] } })
  return (
    <fieldset className="stack-s">
      <legend className="legend">{text.answers.days}</legend>
      <p className="skip">{text.answers.week}</p>
      {WEEKDAYS.map((day) => (
        <div className="week" key={day}>
          <label className="week-day">
            <input type="checkbox" checked={draft.active_days[day]} onChange={() => toggle(day)} />
            {text.answers.dayNames[day]}
          </label>
          {HOURS.map((hour) => (
            <span
              key={hour}
              className={`week-hour${isActive(draft, day, hour) ? ' week-on' : ''}`}
              title={`${hour}:00`}
              aria-hidden="true"
            />
          ))}
        </div>
      ))}
      <div className="week week-label" aria-hidden="true">
        <span />
        {HOURS.map((hour) => (
          <span key={hour}>{hour % 6 === 0 ? hour : ''}</span>
        ))}
      </div>
    </fieldset>
  )
}

/** Whether a session answers in the hour that begins then; hours over midnight belong to the day on which they begin. */
function isActive({ active_days: days, active_hours: { from, to } }: Hours, day: Weekday, hour: number): boolean {
  const [first, last] = [minutes(from), minutes(to)]
  if (first === null || last === null || first === last) return days[day]
  const at = hour * 60 + 30
  if (first < last) return days[day] && at >= first && at < last
  return days[day] && (at >= first || at < last)
}

function minutes(text: string): number | null {
  const [, hours, rest] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? []
  return hours === undefined || rest === undefined ? null : Number(hours) * 60 + Number(rest)
}

/** As fields of the type `time` want it. */
function padded(text: string): string {
  return text.padStart(5, '0')
}

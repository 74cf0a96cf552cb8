import { useCallback, useRef, useState } from 'react'
import { useEvents } from '../api/live.ts'
import { EVENT_TYPES, type KurirEvent } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choice.tsx'
import { Empty } from '../ui/states.tsx'
import { Clock } from '../ui/time.tsx'

/** Events that are kept on the page. */
const MOST = 200

/** Events as they happen; they can be held still and filtered. */
export function EventsPage() {
  const text = useText()
  const [events, setEvents] = useState<readonly KurirEvent[]>([])
  const [isPaused, setPaused] = useState(false)
  const [type, setType] = useState('')
  const [words, setWords] = useState('')
  const paused = useRef(false)
  const take = useCallback((event: KurirEvent) => {
    if (!paused.current) setEvents((before) => [event, ...before].slice(0, MOST))
  }, [])
  useEvents(take)
  const pause = () => {
    paused.current = !isPaused
    setPaused(!isPaused)
  }
  const shown = events.filter(
    (event) => (type === '' || event.type === type) && (words === '' || JSON.stringify(event).includes(words)),
  )
  return (
    <>
      <div className="head">
        <h1>{text.events.title}</h1>
        <Choice
          label={text.events.type}
          value={type}
          options={[['', text.all], ...EVENT_TYPES.map((name) => [name, name] as const)]}
          onChange={setType}
        />
        <input
          className="input input-s"
          type="search"
          placeholder={text.events.filter}
          aria-label={text.events.filter}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Button icon={isPaused ? 'play' : 'pause'} onClick={pause}>
          {isPaused ? text.events.goOn : text.events.pause}
        </Button>
        <Button onClick={() => setEvents([])}>{text.events.clear}</Button>
      </div>
      <div className="panel">
        {shown.length === 0 ? (
          <Empty title={isPaused ? text.events.paused : text.events.emptyTitle}>{text.events.emptyText}</Empty>
        ) : (
          <ul className="list" aria-label={text.events.title}>
            {shown.map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

function EventRow({ event }: { event: KurirEvent }) {
  return (
    <li>
      <details>
        <summary>
          <span className="mono">{event.type}</span>{' '}
          <span className="muted small">
            {event.session} · {event.seq} · <Clock at={event.timestamp} seconds />
          </span>
        </summary>
        <pre className="pre">{JSON.stringify(event, null, 2)}</pre>
      </details>
    </li>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { StatsWindow } from '../api/reads.ts'
import type { Stats, StatsBucket } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { useReads } from '../me.tsx'
import { type Line, Plot } from '../ui/plot.tsx'
import { Loaded } from '../ui/states.tsx'

const WINDOWS: StatsWindow[] = ['hour', 'day']

/** Messages and webhooks over the last hour or day. */
export function Traffic() {
  const text = useText()
  const [window, setWindow] = useState<StatsWindow>('hour')
  const query = useQuery(useReads().stats(window))
  return (
    <section className="stack" aria-label={text.overview.traffic}>
      <div className="row row-between">
        <h2>{text.overview.traffic}</h2>
        <div className="segments">
          {WINDOWS.map((name) => (
            <label key={name}>
              <input type="radio" name="window" checked={window === name} onChange={() => setWindow(name)} />
              <span>{text.overview[name]}</span>
            </label>
          ))}
        </div>
      </div>
      <Loaded query={query} room={258}>
        {(stats) => <Plots stats={stats} />}
      </Loaded>
    </section>
  )
}

function Plots({ stats }: { stats: Stats }) {
  const text = useText()
  const { times, messages, webhooks } = useMemo(() => {
    const line = (name: Exclude<keyof StatsBucket, 'at'>, color: Line['color']): Line => ({
      ...{ label: text.overview.counted[name], color },
      values: stats.buckets.map((bucket) => bucket[name]),
    })
    return {
      times: stats.buckets.map(({ at }) => Date.parse(at) / 1000),
      messages: [line('received', 'muted'), line('sent', 'accent'), line('failed', 'bad')],
      webhooks: [line('delivered', 'accent'), line('dead', 'bad')],
    }
  }, [stats, text])
  return (
    <div className="plots">
      <div className="panel pad stack-s">
        <h3>{text.overview.messages}</h3>
        <Plot label={text.overview.messages} times={times} lines={messages} />
      </div>
      <div className="panel pad stack-s">
        <h3>{text.overview.webhooks}</h3>
        <Plot label={text.overview.webhooks} times={times} lines={webhooks} />
      </div>
    </div>
  )
}

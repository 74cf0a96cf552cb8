import { useMemo, useState } from 'react'
import { useRead } from '../api/queries.ts'
import type { Stats, StatsBucket } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'
import { type Line, Plot } from '../ui/plot.tsx'
import { Loaded } from '../ui/states.tsx'

const OFTEN_MS = 15_000
const WINDOWS = ['hour', 'day'] as const

/** Messages and webhooks over the last hour or day. */
export function Traffic() {
  const text = useText()
  const [window, setWindow] = useState<(typeof WINDOWS)[number]>('hour')
  const query = useRead<Stats>(`/v1/stats?window=${window}`, { every: OFTEN_MS })
  return (
    <section className="stack" aria-label={text.overview.messages}>
      <div className="row">
        {WINDOWS.map((name) => (
          <label className="row" key={name}>
            <input type="radio" name="window" checked={window === name} onChange={() => setWindow(name)} />
            {text.overview[name]}
          </label>
        ))}
      </div>
      <Loaded query={query}>{(stats) => <Plots stats={stats} />}</Loaded>
    </section>
  )
}

function Plots({ stats }: { stats: Stats }) {
  const text = useText()
  const { times, messages, webhooks } = useMemo(() => {
    const line = (name: Exclude<keyof StatsBucket, 'at'>, label: string, color: Line['color']): Line => ({
      ...{ label, color },
      values: stats.buckets.map((bucket) => bucket[name]),
    })
    return {
      times: stats.buckets.map(({ at }) => Date.parse(at) / 1000),
      messages: [
        line('received', text.overview.received, 'muted'),
        line('sent', text.overview.sent, 'accent'),
        line('failed', text.overview.failed, 'bad'),
      ],
      webhooks: [line('delivered', text.overview.delivered, 'accent'), line('dead', text.webhooks.states.dead, 'bad')],
    }
  }, [stats, text])
  return (
    <div className="plots">
      <div className="panel pad stack-s">
        <h2>{text.overview.messages}</h2>
        <Plot label={text.overview.messages} times={times} lines={messages} />
      </div>
      <div className="panel pad stack-s">
        <h2>{text.overview.webhooks}</h2>
        <Plot label={text.overview.webhooks} times={times} lines={webhooks} />
      </div>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useText } from '../i18n/text.tsx'
import { useMay, useMe, useReads } from '../me.tsx'
import { Loaded } from '../ui/states.tsx'

/** What failed: messages of the last day, and webhook deliveries that were given up. */
export function Failures() {
  const text = useText()
  const { session: bound } = useMe()
  const reads = useReads()
  const mayRead = useMay('read')
  const stats = useQuery({ ...reads.stats('day'), enabled: bound === null })
  const dead = useQuery(reads.deadCount())
  const failed = stats.data?.buckets.reduce((sum, bucket) => sum + bucket.failed, 0) ?? 0
  return (
    <section className="panel" aria-label={text.overview.failures}>
      <div className="pad">
        <h2>{text.overview.failures}</h2>
      </div>
      <Loaded query={dead} room={84}>
        {({ data, next_cursor: more }) => (
          <ul className="list">
            {failed === 0 && data.length === 0 && <li className="muted">{text.overview.noFailures}</li>}
            {failed > 0 && (
              <li className="row row-between">
                {mayRead ? (
                  <Link href="/messages/failed">{text.overview.failedMessages(failed)}</Link>
                ) : (
                  text.overview.failedMessages(failed)
                )}
                <span className="muted small">{text.overview.day}</span>
              </li>
            )}
            {data.length > 0 && (
              <li className="row row-between">
                <Link href="/webhooks/dead">
                  {text.overview.deadLetters(more ? `${data.length}+` : `${data.length}`)}
                </Link>
              </li>
            )}
          </ul>
        )}
      </Loaded>
    </section>
  )
}

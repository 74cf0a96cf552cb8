import type { ReactNode } from 'react'
import { useText } from '../i18n/text.tsx'
import { Button } from './button.tsx'

/** Says that there is nothing, and what to do about it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  )
}

/** What is being read: a query, as far as it is shown. */
export interface Readable<Data> {
  data: Data | undefined
  error: Error | null
  refetch: () => unknown
}

interface LoadedProps<Data> {
  query: Readable<Data>
  /** The height that it will take, in pixels, so that nothing below moves. */
  room?: number
  children: (data: Data) => ReactNode
}

/** What was read, or that it is being read (in about the room that it will take), or why it cannot be. */
export function Loaded<Data>({ query, room = 180, children }: LoadedProps<Data>) {
  const text = useText()
  if (query.data !== undefined) return children(query.data)
  if (query.error) {
    return (
      <div className="note note-bad row row-between" role="alert">
        <span className="wrap">{text.fault(query.error)}</span>
        <Button onClick={() => void query.refetch()}>{text.tryAgain}</Button>
      </div>
    )
  }
  return (
    <div className="skeleton" style={{ height: room }} aria-busy="true">
      <span className="skip">{text.loading}</span>
    </div>
  )
}

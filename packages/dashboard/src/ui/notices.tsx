import { useEffect, useRef, useSyncExternalStore } from 'react'

interface Notice {
  id: number
  text: string
}

const SHOWN_MS = 6_000
let notices: readonly Notice[] = []
let last = 0
const watchers = new Set<() => void>()

function change(next: readonly Notice[]): void {
  notices = next
  for (const watcher of watchers) watcher()
}

/** Tells the person something for some seconds. */
export function notify(text: string): void {
  last += 1
  const id = last
  change([...notices, { id, text }])
  setTimeout(() => change(notices.filter((notice) => notice.id !== id)), SHOWN_MS)
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

/** Where notices appear. */
export function Notices() {
  const shown = useSyncExternalStore(watch, () => notices)
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Shown anew, so that it lies over a dialog that was opened meanwhile.
    ref.current?.hidePopover()
    if (shown.length > 0) ref.current?.showPopover()
  }, [shown])
  return (
    <div className="notices" role="status" aria-live="polite" popover="manual" ref={ref}>
      {shown.map(({ id, text }) => (
        <div className="notice" key={id}>
          {text}
        </div>
      ))}
    </div>
  )
}

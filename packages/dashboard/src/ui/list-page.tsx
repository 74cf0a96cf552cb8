import type { ReactNode } from 'react'
import { useText } from '../i18n/text.tsx'
import { Button } from './button.tsx'
import { Empty, Loaded, type Readable } from './states.tsx'

export interface ListProps<Item> {
  query: Readable<{ data: Item[] }>
  /** What is said where there is nothing. */
  empty: { title: string; text: string }
  /** What makes a new one. */
  action?: ReactNode
  /** Shows more, where there is more. */
  more?: { has: boolean; isBusy: boolean; show: () => void }
  children: (items: Item[]) => ReactNode
}

/** A list in its panel: its rows, or that there are none. */
export function List<Item>({ query, empty, action, more, children }: ListProps<Item>) {
  const text = useText()
  return (
    <Loaded query={query}>
      {({ data }) => (
        <div className="panel">
          {data.length === 0 ? (
            <Empty title={empty.title} action={action}>
              {empty.text}
            </Empty>
          ) : (
            children(data)
          )}
          {more?.has && (
            <div className="more">
              <Button busy={more.isBusy} onClick={more.show}>
                {text.more}
              </Button>
            </div>
          )}
        </div>
      )}
    </Loaded>
  )
}

interface ListPageProps {
  title: string
  /** A sentence about what is listed. */
  intro?: string
  /** Narrows the list. */
  filters?: ReactNode
  /** What makes a new entry. */
  action?: ReactNode
  children: ReactNode
}

/** A page that is one list: its name, what makes a new entry, what narrows it, and the entries. */
export function ListPage({ title, intro, filters, action, children }: ListPageProps) {
  return (
    <>
      <div className="head">
        <h1>{title}</h1>
        {filters}
        {action}
      </div>
      {intro !== undefined && <p className="intro">{intro}</p>}
      {children}
    </>
  )
}

/** The same below a page's tab, which names it. */
export function ListPane({ intro, action, children }: { intro: string; action?: ReactNode; children: ReactNode }) {
  return (
    <div className="stack">
      <div className="row row-between">
        <p className="muted intro-line">{intro}</p>
        {action}
      </div>
      {children}
    </div>
  )
}

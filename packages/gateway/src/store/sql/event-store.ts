import type { Logger } from 'pino'
import type { EventQuery, EventStore, StoredEvent } from '../../events/ports.ts'
import type { Effects, GroupCommit } from './group-commit.ts'
import type { EventTable } from './tables/event.ts'

type Listener = Parameters<EventStore['onCommitted']>[0]

/** Tells listeners of commits; one that throws is logged and harms no other. */
export class CommitBell {
  private readonly listeners = new Set<Listener>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  add(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  ring(effects: Effects): void {
    for (const listener of [...this.listeners]) {
      try {
        listener({ ...effects })
      } catch (error) {
        this.logger.error({ err: error }, 'a listener of the store failed')
      }
    }
  }
}

export class SqlEventStore implements EventStore {
  private readonly writer: GroupCommit
  private readonly events: EventTable
  private readonly bell: CommitBell

  constructor(writer: GroupCommit, events: EventTable, bell: CommitBell) {
    this.writer = writer
    this.events = events
    this.bell = bell
  }

  listEvents(query: EventQuery): Promise<StoredEvent[]> {
    return this.writer.read(() => this.events.list(query))
  }

  latestEvent(query: Pick<EventQuery, 'tenant' | 'sessionUid'>): Promise<{ row: number; seq: number }> {
    return this.writer.read(() => this.events.latest(query))
  }

  onCommitted(listener: Listener): () => void {
    return this.bell.add(listener)
  }
}

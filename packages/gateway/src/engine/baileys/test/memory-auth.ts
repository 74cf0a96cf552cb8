import type { SessionUid } from '../../../core/ids.ts'
import type { AuthStore, JournalEntry, SignalBatch } from '../auth-port.ts'

interface Stored {
  creds?: string
  keys: Map<string, string>
  journal: Map<string, JournalEntry & { consumed: boolean }>
}

/** An AuthStore in memory. `onCommit` sees each batch before it is written and may fail or delay it. */
export class MemoryAuth implements AuthStore {
  readonly sessions = new Map<SessionUid, Stored>()
  readonly sent = new Map<string, Uint8Array>()
  onCommit: (batch: SignalBatch) => void | Promise<void> = () => {}

  of(session: SessionUid): Stored {
    const known = this.sessions.get(session) ?? { keys: new Map(), journal: new Map() }
    this.sessions.set(session, known)
    return known
  }

  async loadCreds(session: SessionUid): Promise<string | undefined> {
    return this.of(session).creds
  }

  async saveCreds(session: SessionUid, json: string): Promise<void> {
    this.of(session).creds = json
  }

  async getKeys(session: SessionUid, type: string, ids: string[]): Promise<Map<string, string>> {
    const { keys } = this.of(session)
    const found = ids.map((id) => [id, keys.get(`${type}/${id}`)] as const)
    return new Map(found.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
  }

  async commit(session: SessionUid, batch: SignalBatch): Promise<void> {
    await this.onCommit(batch)
    const { keys, journal } = this.of(session)
    for (const { type, id, value } of batch.keys) {
      if (value === null) keys.delete(`${type}/${id}`)
      else keys.set(`${type}/${id}`, value)
    }
    for (const entry of batch.journal) journal.set(entry.key, { ...entry, consumed: false })
  }

  async findJournal(session: SessionUid, key: string): Promise<Uint8Array | undefined> {
    return this.of(session).journal.get(key)?.plaintext
  }

  async pendingJournal(session: SessionUid): Promise<JournalEntry[]> {
    return [...this.of(session).journal.values()].filter((entry) => !entry.consumed)
  }

  async consumeJournal(session: SessionUid, keys: string[]): Promise<void> {
    for (const key of keys) {
      const entry = this.of(session).journal.get(key)
      if (entry) entry.consumed = true
    }
  }

  async findSentProto(_session: SessionUid, waId: string): Promise<Uint8Array | undefined> {
    return this.sent.get(waId)
  }

  async wipe(session: SessionUid): Promise<void> {
    this.sessions.delete(session)
  }
}

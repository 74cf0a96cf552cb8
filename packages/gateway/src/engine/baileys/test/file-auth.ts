import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { SessionUid } from '../../../core/ids.ts'
import type { JournalEntry, SignalBatch } from '../auth-port.ts'
import { MemoryAuth } from './memory-auth.ts'

interface Saved {
  creds?: string
  keys: [string, string][]
  journal: { key: string; plaintext: string; envelope: string; consumed: boolean }[]
  sent: [string, string][]
}

/** One session in a file, for processes that are killed: every write is in the file when its promise resolves. */
export class FileAuth extends MemoryAuth {
  readonly #path: string
  readonly #session: SessionUid

  constructor(path: string, session: SessionUid) {
    super()
    this.#path = path
    this.#session = session
    if (!existsSync(path)) return
    const saved: Saved = JSON.parse(readFileSync(path, 'utf8'))
    const stored = this.of(session)
    if (saved.creds !== undefined) stored.creds = saved.creds
    for (const [key, value] of saved.keys) stored.keys.set(key, value)
    for (const row of saved.journal) {
      stored.journal.set(row.key, { ...row, plaintext: Buffer.from(row.plaintext, 'base64') })
    }
    for (const [id, bytes] of saved.sent) this.sent.set(id, Buffer.from(bytes, 'base64'))
  }

  override async saveCreds(session: SessionUid, json: string): Promise<void> {
    await super.saveCreds(session, json)
    this.flush()
  }

  override async commit(session: SessionUid, batch: SignalBatch): Promise<void> {
    await super.commit(session, batch)
    this.flush()
  }

  override async consumeJournal(session: SessionUid, keys: string[]): Promise<void> {
    await super.consumeJournal(session, keys)
    this.flush()
  }

  /** Writes everything down. */
  flush(): void {
    const { creds, keys, journal } = this.of(this.#session)
    const row = (entry: JournalEntry & { consumed: boolean }) => ({
      ...entry,
      plaintext: Buffer.from(entry.plaintext).toString('base64'),
    })
    const saved: Saved = {
      ...(creds === undefined ? {} : { creds }),
      keys: [...keys],
      journal: Array.from(journal.values(), row),
      sent: Array.from(this.sent, ([id, bytes]) => [id, Buffer.from(bytes).toString('base64')]),
    }
    writeFileSync(`${this.#path}.new`, JSON.stringify(saved))
    renameSync(`${this.#path}.new`, this.#path)
  }
}

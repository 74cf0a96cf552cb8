import type { Clock } from '../../core/clock.ts'
import type { SessionUid } from '../../core/ids.ts'
import type { AuthStore, JournalEntry, SignalBatch } from '../../engine/baileys/auth-port.ts'
import type { GroupCommit } from './group-commit.ts'
import type { CredentialTable } from './tables/credential.ts'
import type { JournalTable } from './tables/journal.ts'
import type { MessageTable } from './tables/message.ts'
import type { SignalKeyTable } from './tables/signal-key.ts'

/** How long a recipient may ask for a message again: as long as WhatsApp keeps undelivered ones. */
const SENT_KEPT_MS = 14 * 24 * 3_600_000

/**
 * Reads answer from what is committed: a caller that has not awaited its own `commit` or `saveCreds` does not see it
 * yet. All writes need the session's row to exist and reject once it is deleted, so that a late one leaves nothing.
 */
export class SqlAuthStore implements AuthStore {
  private readonly writer: GroupCommit
  private readonly credentials: CredentialTable
  private readonly keys: SignalKeyTable
  private readonly journal: JournalTable
  private readonly messages: MessageTable
  private readonly clock: Clock

  constructor(
    writer: GroupCommit,
    tables: { credentials: CredentialTable; keys: SignalKeyTable; journal: JournalTable; messages: MessageTable },
    clock: Clock,
  ) {
    this.writer = writer
    this.credentials = tables.credentials
    this.keys = tables.keys
    this.journal = tables.journal
    this.messages = tables.messages
    this.clock = clock
  }

  loadCreds(session: SessionUid): Promise<string | undefined> {
    return this.writer.read(() => this.credentials.load(session))
  }

  saveCreds(session: SessionUid, json: string): Promise<void> {
    return this.writer.write(() => this.credentials.save(session, json))
  }

  getKeys(session: SessionUid, type: string, ids: string[]): Promise<Map<string, string>> {
    return this.writer.read(() => this.keys.load(session, type, ids))
  }

  commit(session: SessionUid, batch: SignalBatch): Promise<void> {
    return this.writer.write(async () => {
      this.keys.apply(session, batch.keys)
      this.journal.add(session, batch.journal, this.clock.now())
    })
  }

  findJournal(session: SessionUid, journalKey: string): Promise<Uint8Array | undefined> {
    return this.writer.read(() => this.journal.find(session, journalKey))
  }

  pendingJournal(session: SessionUid): Promise<JournalEntry[]> {
    return this.writer.read(() => this.journal.pending(session))
  }

  consumeJournal(session: SessionUid, journalKeys: string[]): Promise<void> {
    return this.writer.write(async () => {
      for (const key of journalKeys) this.journal.consume(session, key)
    })
  }

  findSentProto(session: SessionUid, waId: string): Promise<Uint8Array | undefined> {
    return this.writer.read(() => this.messages.sentProto(session, waId, this.clock.now() - SENT_KEPT_MS))
  }

  wipe(session: SessionUid): Promise<void> {
    return this.writer.write(async () => {
      await this.credentials.delete(session)
      await this.keys.deleteAll(session)
      await this.journal.deleteAll(session)
    })
  }
}

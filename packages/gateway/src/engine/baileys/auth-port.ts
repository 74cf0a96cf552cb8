import type { SessionUid } from '../../core/ids.ts'

/**
 * Where the Baileys engine keeps credentials, Signal keys and the journal. Declared here, implemented by the store.
 * Values are JSON texts; the engine owns their form.
 */
export interface AuthStore {
  /** The credentials' JSON, undefined for a session that has none. */
  loadCreds(session: SessionUid): Promise<string | undefined>
  saveCreds(session: SessionUid, json: string): Promise<void>
  /** The values that exist, by id. */
  getKeys(session: SessionUid, type: string, ids: string[]): Promise<Map<string, string>>
  /** Writes keys (null deletes) and journal rows in ONE transaction, and resolves when it is on disk. */
  commit(session: SessionUid, batch: SignalBatch): Promise<void>
  /** The journalled plaintext of a ciphertext that was decrypted before, undefined otherwise. */
  findJournal(session: SessionUid, journalKey: string): Promise<Uint8Array | undefined>
  /** Journal rows that no stored message has consumed yet, in order of arrival. */
  pendingJournal(session: SessionUid): Promise<JournalEntry[]>
  /** Marks rows that carry nothing for the inbox (protocol messages) as consumed. */
  consumeJournal(session: SessionUid, journalKeys: string[]): Promise<void>
  /** The final bytes of a message sent by this session, for retry receipts; undefined on a miss. */
  findSentProto(session: SessionUid, waId: string): Promise<Uint8Array | undefined>
  /** Deletes credentials, keys and journal. */
  wipe(session: SessionUid): Promise<void>
}

export interface SignalBatch {
  keys: KeyWrite[]
  journal: JournalEntry[]
}

export interface KeyWrite {
  type: string
  id: string
  value: string | null
}

export interface JournalEntry {
  /** sha256 of the ciphertext, hex. */
  key: string
  plaintext: Uint8Array
  /** The stanza's attributes (JSON): enough to rebuild the message when the process dies before it is stored. */
  envelope: string
}

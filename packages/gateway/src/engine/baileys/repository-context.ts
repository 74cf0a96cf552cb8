import type { KeyedLock } from './locks.ts'
import type { SignalKeys } from './signal-keys.ts'
import type { SignalUnit } from './signal-unit.ts'
import type { Turns } from './turns.ts'

/** What a decryption needs besides keys: where its plaintext is journalled. */
export interface DecryptionJournal {
  /** The plaintext of a ciphertext met before; counts as decrypted. */
  recall(ciphertext: Uint8Array): Promise<Uint8Array | undefined>
  /** Commits the unit's writes and the plaintext in one transaction. */
  record(ciphertext: Uint8Array, plaintext: Uint8Array, unit: SignalUnit): Promise<void>
  failed(ciphertext: Uint8Array): void
}

/** What the repository shares with the rest of a session. */
export interface RepositoryContext {
  /** The gateway's session: keeps its libsignal jobs apart from other accounts'. */
  session: string
  keys: SignalKeys
  locks: KeyedLock
  journal: DecryptionJournal
  /** The process's, for what would keep it from everything else. */
  turns: Turns
  /** The ratchet of an outgoing message is on disk. */
  onRatchetCommitted(): void | Promise<void>
  /** A copy for this device could not be made. */
  onEncryptFailed(jid: string, error: unknown): void
}

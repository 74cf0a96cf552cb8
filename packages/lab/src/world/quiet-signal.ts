import libsignal from 'libsignal'

/**
 * libsignal reports session changes and failed attempts on the console, private keys included. These two classes take
 * the same steps in silence. The underscored base class members are libsignal's own, absent from its type declaration.
 */

interface SessionEntry {
  indexInfo: { baseKey: Buffer; closed: number; used: number; remoteIdentityKey: Buffer }
  serialize(): object
  constructor: { deserialize(state: object): SessionEntry }
}

/** A session record that closes and opens its sessions without a word. */
export class QuietRecord extends libsignal.SessionRecord {
  declare sessions: Record<string, SessionEntry>
  /** Set while an incoming prekey message is handled: the session it replaces is then closed in `setSession`. */
  accepting = false

  getOpenSession(): SessionEntry | undefined {
    return this.accepting ? undefined : Object.values(this.sessions).find((one) => one.indexInfo.closed === -1)
  }

  closeSession(session: SessionEntry): void {
    session.indexInfo.closed = Date.now()
  }

  setSession(session: SessionEntry): void {
    for (const other of Object.values(this.sessions)) if (other.indexInfo.closed === -1) this.closeSession(other)
    this.sessions[session.indexInfo.baseKey.toString('base64')] = session
  }

  isClosed(): boolean {
    return false
  }

  /** Drops the sessions closed longest ago, down to libsignal's limit. */
  removeOldSessions(): void {
    const closed = Object.entries(this.sessions).filter(([, one]) => one.indexInfo.closed !== -1)
    closed.sort(([, a], [, b]) => a.indexInfo.closed - b.indexInfo.closed)
    for (const [key] of closed.slice(0, Math.max(0, closed.length - KEPT_CLOSED))) delete this.sessions[key]
  }
}

const KEPT_CLOSED = 40

/**
 * A cipher that tries a message with every session it has and reports failure by its exception alone. A try moves the
 * ratchet before it knows whether the session is the right one; libsignal keeps it so, and has spoilt that session. A
 * phone takes it back.
 */
export class QuietCipher extends libsignal.SessionCipher {
  declare doDecryptWhisperMessage: (data: Buffer, session: SessionEntry) => Promise<Buffer>

  async decryptWithSessions(
    data: Buffer,
    sessions: SessionEntry[],
  ): Promise<{ session: SessionEntry; plaintext: Buffer }> {
    let failure = new Error('no session')
    for (const session of sessions) {
      const before = session.serialize()
      try {
        const plaintext = await this.doDecryptWhisperMessage(data, session)
        session.indexInfo.used = Date.now()
        return { session, plaintext }
      } catch (error) {
        Object.assign(session, session.constructor.deserialize(before))
        failure = error instanceof Error ? error : new Error(String(error))
      }
    }
    throw failure
  }
}

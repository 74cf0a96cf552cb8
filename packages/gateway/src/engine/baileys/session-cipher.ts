import libsignal from 'libsignal'

/** Members of libsignal that its type declaration leaves out. */
interface SessionEntry {
  indexInfo: { used: number }
  serialize(): object
  constructor: { deserialize(state: object): SessionEntry }
}

/**
 * libsignal's cipher, except that a try leaves no trace. Of several sessions with a device (both sides may have begun
 * one at the same moment) each is tried, a try moves the ratchet before the message is authenticated, and libsignal
 * stores a wrongly moved session with the right one: what is encrypted with it later nobody can read.
 */
export class CarefulCipher extends libsignal.SessionCipher {
  declare doDecryptWhisperMessage: (data: Buffer, session: SessionEntry) => Promise<Buffer>

  async decryptWithSessions(
    data: Buffer,
    sessions: SessionEntry[],
  ): Promise<{ session: SessionEntry; plaintext: Buffer }> {
    for (const session of sessions) {
      // Where it is the only one a failure stores nothing.
      const before = sessions.length > 1 ? session.serialize() : undefined
      try {
        const plaintext = await this.doDecryptWhisperMessage(data, session)
        session.indexInfo.used = Date.now()
        return { session, plaintext }
      } catch {
        if (before) Object.assign(session, session.constructor.deserialize(before))
      }
    }
    throw new Error(sessions.length === 0 ? 'No sessions available' : 'No matching sessions found for message')
  }
}

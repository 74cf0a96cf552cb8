import { generateSignalPubKey, type SignalCreds } from 'baileys'
import libsignal, { type SessionRecord, type SignalStorage } from 'libsignal'
import type { SignalAddress } from './signal-address.ts'
import type { SignalUnit } from './signal-unit.ts'

/** libsignal's view of one unit of work on the session of `address`. */
export function sessionStorage(unit: SignalUnit, creds: SignalCreds, address: SignalAddress): SignalStorage {
  return {
    loadSession: () => loadSession(unit, address),
    storeSession: async (_id, record) => unit.write('session', address.key, record.serialize()),
    // Trust on first use: whoever changes phones has a new identity, and WhatsApp Web goes on as well.
    isTrustedIdentity: () => true,
    loadPreKey: async (id) => {
      const pair = await unit.read('pre-key', String(id))
      return pair && { privKey: Buffer.from(pair.private), pubKey: Buffer.from(pair.public) }
    },
    removePreKey: (id) => unit.write('pre-key', String(id), null),
    loadSignedPreKey: () => {
      const { keyPair } = creds.signedPreKey
      return { privKey: Buffer.from(keyPair.private), pubKey: Buffer.from(keyPair.public) }
    },
    getOurRegistrationId: () => creds.registrationId,
    getOurIdentity: () => ({
      privKey: Buffer.from(creds.signedIdentityKey.private),
      pubKey: Buffer.from(generateSignalPubKey(creds.signedIdentityKey.public)),
    }),
  }
}

/** The sessions with one device, undefined where there are none. */
export async function loadSession(unit: SignalUnit, address: SignalAddress): Promise<SessionRecord | undefined> {
  const stored = await unit.read('session', address.key)
  return stored && libsignal.SessionRecord.deserialize(stored)
}

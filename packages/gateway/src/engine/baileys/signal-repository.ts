import {
  Curve,
  generateSignalPubKey,
  isHostedLidUser,
  isHostedPnUser,
  isLidUser,
  isPnUser,
  jidDecode,
  proto,
  type SignalCreds,
  type SignalRepositoryWithLIDStore,
  transferDevice,
} from 'baileys'
import { LIDMappingStore } from 'baileys/lib/Signal/lid-mapping.js'
import libsignal from 'libsignal'
import { GroupCiphers } from './group-ciphers.ts'
import type { RepositoryContext } from './repository-context.ts'
import { CarefulCipher } from './session-cipher.ts'
import { cipherAddress, type SignalAddress, signalAddress } from './signal-address.ts'
import { loadSession, sessionStorage } from './signal-storage.ts'
import { SignalUnit } from './signal-unit.ts'

type RepositoryArguments = {
  [Method in 'decryptMessage' | 'encryptMessage' | 'injectE2ESession']: Parameters<
    SignalRepositoryWithLIDStore[Method]
  >[0]
}

/**
 * The Signal repository Baileys is given through `makeSignalRepository`. Each step of a ratchet is a unit of work of
 * its own, on disk before the caller goes on: an encryption before its stanza is written, a decryption together with
 * its plaintext before the receipt. Baileys' own repository joins the transaction around the whole send instead, which
 * commits after the socket write, and several of its jobs lose theirs (traps T16, T18, T22, T25).
 */
export class CrashSafeRepository implements SignalRepositoryWithLIDStore {
  readonly lidMapping: LIDMappingStore
  readonly #context: RepositoryContext
  readonly #creds: SignalCreds
  readonly #groups: GroupCiphers
  readonly #migrated = new Set<string>()

  constructor(
    context: RepositoryContext,
    creds: SignalCreds,
    logger: ConstructorParameters<typeof LIDMappingStore>[1],
    lookUpLids: ConstructorParameters<typeof LIDMappingStore>[2],
  ) {
    this.#context = context
    this.#creds = creds
    this.#groups = new GroupCiphers(context)
    this.lidMapping = new LIDMappingStore(context.keys, logger, lookUpLids)
    this.decryptGroupMessage = this.#groups.decrypt.bind(this.#groups)
    this.encryptGroupMessage = this.#groups.encrypt.bind(this.#groups)
    this.processSenderKeyDistributionMessage = this.#groups.accept.bind(this.#groups)
    this.getSenderKeyDistributionMessage = this.#groups.distribution.bind(this.#groups)
    this.hasSenderKey = this.#groups.has.bind(this.#groups)
  }

  readonly decryptGroupMessage: SignalRepositoryWithLIDStore['decryptGroupMessage']
  readonly encryptGroupMessage: SignalRepositoryWithLIDStore['encryptGroupMessage']
  readonly processSenderKeyDistributionMessage: SignalRepositoryWithLIDStore['processSenderKeyDistributionMessage']
  readonly getSenderKeyDistributionMessage: SignalRepositoryWithLIDStore['getSenderKeyDistributionMessage']
  readonly hasSenderKey: SignalRepositoryWithLIDStore['hasSenderKey']

  decryptMessage = ({ jid, type, ciphertext }: RepositoryArguments['decryptMessage']): Promise<Uint8Array> =>
    this.#step(jid, async (unit, address) => {
      const { journal } = this.#context
      const known = await journal.recall(ciphertext)
      if (known) return known
      try {
        if (type === 'pkmsg') await noteIdentity(unit, address, ciphertext)
        const cipher = this.#cipher(unit, address)
        const bytes = Buffer.from(ciphertext)
        const plaintext =
          type === 'pkmsg' ? await cipher.decryptPreKeyWhisperMessage(bytes) : await cipher.decryptWhisperMessage(bytes)
        await journal.record(ciphertext, plaintext, unit)
        return plaintext
      } catch (error) {
        journal.failed(ciphertext)
        throw error
      }
    })

  encryptMessage = ({ jid, data }: RepositoryArguments['encryptMessage']) =>
    this.#step(jid, async (unit, address) => {
      try {
        await this.#context.turns.next()
        const { type, body } = await this.#cipher(unit, address).encrypt(Buffer.from(data))
        await this.#context.keys.set(unit.writes)
        await this.#context.onRatchetCommitted()
        return { type: type === 3 ? ('pkmsg' as const) : ('msg' as const), ciphertext: Buffer.from(body, 'binary') }
      } catch (error) {
        this.#context.onEncryptFailed(jid, error)
        throw error
      }
    })

  /** Starts a session from the other device's bundle. Rejects a signed prekey that its identity did not sign. */
  injectE2ESession = ({ jid, session }: RepositoryArguments['injectE2ESession']): Promise<void> =>
    this.#step(jid, async (unit, address) => {
      await this.#context.turns.next()
      const { publicKey, signature } = session.signedPreKey
      if (!Curve.verify(session.identityKey, generateSignalPubKey(publicKey), signature)) {
        throw new Error('the signed prekey is not signed by its identity')
      }
      const storage = sessionStorage(unit, this.#creds, address)
      const builder = new libsignal.SessionBuilder(storage, cipherAddress(this.#context.session, address))
      // libsignal takes a bundle without a one-time prekey, its type declaration does not.
      await builder.initOutgoing(session as Parameters<typeof builder.initOutgoing>[0])
      await this.#context.keys.set(unit.writes)
    })

  validateSession = async (jid: string): Promise<{ exists: boolean; reason?: string }> => {
    const { key } = await this.#address(jid)
    const record: unknown = (await this.#context.keys.get('session', [key]))[key]
    if (!record) return { exists: false, reason: 'no session' }
    return hasOpenSession(record) ? { exists: true } : { exists: false, reason: 'no open session' }
  }

  getSessionInfo = async (jid: string): Promise<{ baseKey: Uint8Array; registrationId: number } | null> => {
    const record = await loadSession(new SignalUnit(this.#context.keys), await this.#address(jid))
    const open = (record as OpenSessions | undefined)?.getOpenSession()
    const baseKey = open?.indexInfo?.baseKey
    if (!baseKey || typeof open?.registrationId !== 'number') return null
    return { baseKey: new Uint8Array(baseKey), registrationId: open.registrationId }
  }

  deleteSession = async (jids: string[]): Promise<void> => {
    for (const jid of jids) {
      await this.#step(jid, async (unit, address) => {
        unit.write('session', address.key, null)
        await this.#context.keys.set(unit.writes)
      })
    }
  }

  /** Moves sessions made before the person's LID was known to the LID's addresses, where all others are. */
  migrateSession = async (fromJid: string, toJid: string) => {
    const nothing = { migrated: 0, skipped: 0, total: 0 }
    if (!fromJid || !(isLidUser(toJid) || isHostedLidUser(toJid))) return nothing
    if (!isPnUser(fromJid) && !isHostedPnUser(fromJid)) return nothing
    const from = jidDecode(fromJid)
    if (!from || this.#migrated.has(fromJid)) return nothing
    const { keys } = this.#context
    const known = (await keys.get('device-list', [from.user]))[from.user] ?? []
    let migrated = 0
    for (const device of new Set([...known, String(from.device ?? 0)])) {
      if (await this.#move(`${from.user}:${device}@${from.server}`, toJid)) migrated += 1
    }
    this.#migrated.add(fromJid)
    return { migrated, skipped: 0, total: migrated }
  }

  jidToSignalProtocolAddress = (jid: string): string => signalAddress(jid).key

  close = (): void => {
    this.lidMapping.close()
    this.#migrated.clear()
  }

  #cipher(unit: SignalUnit, address: SignalAddress): CarefulCipher {
    const storage = sessionStorage(unit, this.#creds, address)
    return new CarefulCipher(storage, cipherAddress(this.#context.session, address))
  }

  /** One step at a time per session: the same device may be named by phone number here and by LID there. */
  async #step<T>(jid: string, work: (unit: SignalUnit, address: SignalAddress) => Promise<T>): Promise<T> {
    const address = await this.#address(jid)
    const { locks, keys } = this.#context
    return locks.run(address.key, () => work(new SignalUnit(keys), address))
  }

  async #address(jid: string): Promise<SignalAddress> {
    const lid = isPnUser(jid) || isHostedPnUser(jid) ? await this.lidMapping.getLIDForPN(jid) : null
    return signalAddress(lid ?? jid)
  }

  #move(fromJid: string, toJid: string): Promise<boolean> {
    const [from, to] = [signalAddress(fromJid), signalAddress(transferDevice(fromJid, toJid))]
    const { locks, keys } = this.#context
    return locks.run(from.key, () =>
      locks.run(to.key, async () => {
        const unit = new SignalUnit(keys)
        const session = await unit.read('session', from.key)
        if (!session) return false
        if (!(await unit.read('session', to.key))) unit.write('session', to.key, session)
        unit.write('session', from.key, null)
        await keys.set(unit.writes)
        return true
      }),
    )
  }
}

/** Asked for each device of each message, so the record is looked at as it is stored. */
function hasOpenSession(record: unknown): boolean {
  const { _sessions = {} } = record as StoredRecord
  return Object.values(_sessions).some(
    ({ indexInfo, registrationId }) => indexInfo.closed === -1 && typeof registrationId === 'number',
  )
}

/** A session record as libsignal serialises it. */
interface StoredRecord {
  _sessions?: Record<string, { registrationId?: number; indexInfo: { closed: number } }>
}

interface OpenSessions {
  getOpenSession(): { registrationId?: number; indexInfo?: { baseKey?: Uint8Array } } | undefined
}

/** Notes who is speaking; a person with a new identity (a new phone) starts over. */
async function noteIdentity(unit: SignalUnit, address: SignalAddress, ciphertext: Uint8Array): Promise<void> {
  const { identityKey } = proto.PreKeySignalMessage.decode(ciphertext.subarray(1))
  if (identityKey?.length !== 33) return
  const known = await unit.read('identity-key', address.key)
  if (known && Buffer.compare(known, identityKey) === 0) return
  if (known) unit.write('session', address.key, null)
  unit.write('identity-key', address.key, new Uint8Array(identityKey))
}

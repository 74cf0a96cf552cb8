import { type KeyPair, proto, unpadRandomMax16, writeRandomPadMax16 } from 'baileys'
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SenderKeyRecord,
} from 'baileys/lib/Signal/Group/index.js'
import libsignal from 'libsignal'
import { keyPairFrom, sign, signalKey } from '../wire/keys.ts'
import { decryptGroupCopy } from './group-copy.ts'
import { QuietCipher, QuietRecord } from './quiet-signal.ts'
import type { SeededRandom } from './random.ts'

/** The other end of a Signal session: an account's LID and the device's number. */
export interface Peer {
  lid: string
  device: number
}

/** What a stranger needs to open a session. Public keys are 32 bytes. */
export interface PreKeyBundle {
  registrationId: number
  identity: Buffer
  signedPreKey: { id: number; key: Buffer; signature: Buffer }
  preKey?: { id: number; key: Buffer }
}

/** One encrypted copy: `pkmsg` opens a session, `msg` uses one, `skmsg` is a group's sender key. */
export interface Ciphertext {
  type: 'pkmsg' | 'msg' | 'skmsg'
  data: Buffer
}

interface GroupState {
  record: SenderKeyRecord
  /** Peers that were given this device's sender key. */
  holders: Set<string>
}

/** What a device has learned and used up; its long-term keys follow from the seed. */
export interface SignalState {
  nextPreKey: number
  spentPreKeys: Set<number>
  sessions: Map<string, ReturnType<QuietRecord['serialize']>>
  /** Sender keys of others, as their records serialise themselves. */
  senderKeys: Map<string, SenderKeyStates>
  ownGroups: Map<string, { record: SenderKeyStates; holders: Set<string> }>
}

type SenderKeyStates = ReturnType<SenderKeyRecord['serialize']>

/** libsignal's queue of jobs is one map for the process, keyed by address: every device gets a space of its own. */
let devicesInProcess = 0

function peerKey(peer: Peer): string {
  return `${peer.lid}.${peer.device}`
}

/**
 * A simulated device with real Signal state: identity, prekeys, sessions, sender keys. Long-term keys come from the
 * seeded source; ratchet keys are libsignal's own and random. Calls for one device must not overlap.
 */
export class SignalDevice {
  readonly identity: KeyPair
  readonly registrationId: number
  readonly #random: SeededRandom
  readonly #signedPreKey: { id: number; pair: KeyPair; signature: Buffer }
  readonly #sessions = new Map<string, ReturnType<QuietRecord['serialize']>>()
  readonly #senderKeys = new Map<string, SenderKeyRecord>()
  readonly #ownGroups = new Map<string, GroupState>()
  readonly #spentPreKeys = new Set<number>()
  readonly #space = `lab${++devicesInProcess}`
  #nextPreKey = 1

  constructor(random: SeededRandom) {
    this.#random = random
    this.identity = keyPairFrom(random.child('identity').bytes(32))
    this.registrationId = 1 + random.child('registration').below(16380)
    const pair = keyPairFrom(random.child('signed prekey').bytes(32))
    this.#signedPreKey = { id: 1, pair, signature: sign(this.identity.private, signalKey(pair.public)) }
  }

  /** A bundle for one stranger; each call hands out another one-time prekey. */
  bundle(): PreKeyBundle {
    const id = this.#nextPreKey++
    const { id: signedId, pair, signature } = this.#signedPreKey
    return {
      registrationId: this.registrationId,
      identity: Buffer.from(this.identity.public),
      signedPreKey: { id: signedId, key: Buffer.from(pair.public), signature },
      preKey: { id, key: Buffer.from(this.#preKey(id).public) },
    }
  }

  /** For a snapshot. It shares its parts with the device: use it at once. */
  state(): SignalState {
    const records = Array.from(this.#senderKeys, ([name, record]) => [name, record.serialize()] as const)
    const own = Array.from(this.#ownGroups, ([group, { record, holders }]) => {
      return [group, { record: record.serialize(), holders }] as const
    })
    return {
      nextPreKey: this.#nextPreKey,
      spentPreKeys: this.#spentPreKeys,
      sessions: this.#sessions,
      senderKeys: new Map(records),
      ownGroups: new Map(own),
    }
  }

  /** Takes up the state of a device with the same seed. */
  restore(state: SignalState): void {
    this.#nextPreKey = state.nextPreKey
    for (const id of state.spentPreKeys) this.#spentPreKeys.add(id)
    for (const [peer, session] of state.sessions) this.#sessions.set(peer, session)
    for (const [name, record] of state.senderKeys) this.#senderKeys.set(name, new SenderKeyRecord(record))
    for (const [group, { record, holders }] of state.ownGroups) {
      this.#ownGroups.set(group, { record: new SenderKeyRecord(record), holders })
    }
  }

  hasSession(peer: Peer): boolean {
    return this.#sessions.has(peerKey(peer))
  }

  /** Opens a session from a bundle; one that exists is closed and kept for late messages. */
  async startSession(peer: Peer, bundle: PreKeyBundle): Promise<void> {
    const { preKey, signedPreKey } = bundle
    await new libsignal.SessionBuilder(this.#storage(peer), this.#address(peer)).initOutgoing({
      registrationId: bundle.registrationId,
      identityKey: signalKey(bundle.identity),
      signedPreKey: {
        keyId: signedPreKey.id,
        publicKey: signalKey(signedPreKey.key),
        signature: signedPreKey.signature,
      },
      // A bundle without a one-time prekey is legal, though libsignal's declaration asks for one.
      ...(preKey ? { preKey: { keyId: preKey.id, publicKey: signalKey(preKey.key) } } : {}),
    } as Parameters<InstanceType<typeof libsignal.SessionBuilder>['initOutgoing']>[0])
  }

  async encrypt(peer: Peer, message: proto.IMessage): Promise<Ciphertext> {
    const { type, body } = await this.#cipher(peer).encrypt(padded(message))
    return { type: type === 3 ? 'pkmsg' : 'msg', data: Buffer.from(body, 'binary') }
  }

  /** Decrypts a 1:1 copy; a sender key inside is taken in. Throws where no session or key fits. */
  async decrypt(peer: Peer, copy: Ciphertext): Promise<proto.IMessage> {
    const cipher = this.#cipher(peer, copy.type === 'pkmsg')
    const data = Buffer.from(copy.data)
    const plain = await (copy.type === 'pkmsg'
      ? cipher.decryptPreKeyWhisperMessage(data)
      : cipher.decryptWhisperMessage(data))
    const message = proto.Message.decode(unpadRandomMax16(plain))
    const key = (message.deviceSentMessage?.message ?? message).senderKeyDistributionMessage
    if (key?.groupId && key.axolotlSenderKeyDistributionMessage) {
      await this.#takeSenderKey(key.groupId, peer, key.axolotlSenderKeyDistributionMessage)
    }
    return message
  }

  /** Decrypts a group copy with the sender key of its author. Throws where that is missing or already used. */
  async decryptGroup(group: string, peer: Peer, data: Buffer): Promise<proto.IMessage> {
    const record = await this.#senderKeyStore().loadSenderKey(new SenderKeyName(group, this.#address(peer)))
    const plain = await decryptGroupCopy(record, Buffer.from(data))
    return proto.Message.decode(unpadRandomMax16(plain))
  }

  /** Encrypts for a group with this device's own sender key, made at first use. */
  async encryptGroup(group: string, message: proto.IMessage): Promise<Ciphertext> {
    const { record } = await this.#ownGroup(group)
    const store = { loadSenderKey: async () => record, storeSenderKey: async () => undefined }
    const data = await new GroupCipher(store, this.#ownName(group)).encrypt(padded(message))
    return { type: 'skmsg', data: Buffer.from(data) }
  }

  /** This device's sender key for a group, as it is sent to each member's device once. */
  async senderKeyFor(group: string): Promise<proto.IMessage> {
    const { record } = await this.#ownGroup(group)
    const store = { loadSenderKey: async () => record, storeSenderKey: async () => undefined }
    const key = await new GroupSessionBuilder(store).create(this.#ownName(group))
    return { senderKeyDistributionMessage: { groupId: group, axolotlSenderKeyDistributionMessage: key.serialize() } }
  }

  /** Whether a peer still needs this device's sender key; from then on it counts as given. */
  async givesSenderKey(group: string, peer: Peer): Promise<boolean> {
    const { holders } = await this.#ownGroup(group)
    if (holders.has(peerKey(peer))) return false
    holders.add(peerKey(peer))
    return true
  }

  /** Forgets the own sender key of a group: the next message makes and distributes another (somebody left). */
  rotateSenderKey(group: string): void {
    this.#ownGroups.delete(group)
  }

  #preKey(id: number): KeyPair {
    return keyPairFrom(this.#random.child(`prekey ${id}`).bytes(32))
  }

  #address(peer: Peer): InstanceType<typeof libsignal.ProtocolAddress> {
    return new libsignal.ProtocolAddress(`${this.#space}-${peer.lid}`, peer.device)
  }

  #cipher(peer: Peer, accepting = false): QuietCipher {
    return new QuietCipher(this.#storage(peer, accepting), this.#address(peer))
  }

  #storage(peer: Peer, accepting = false): ConstructorParameters<typeof libsignal.SessionCipher>[0] {
    const key = peerKey(peer)
    return {
      loadSession: async () => {
        const stored = this.#sessions.get(key)
        if (!stored && !accepting) return null
        const record = stored ? (QuietRecord.deserialize(stored) as QuietRecord) : new QuietRecord()
        record.accepting = accepting
        return record
      },
      storeSession: async (_address, record) => {
        this.#sessions.set(key, record.serialize())
      },
      isTrustedIdentity: () => true,
      loadPreKey: async (id) => {
        const number = Number(id)
        if (!number || number >= this.#nextPreKey || this.#spentPreKeys.has(number)) return undefined
        return signalPair(this.#preKey(number))
      },
      removePreKey: (id) => {
        this.#spentPreKeys.add(Number(id))
      },
      loadSignedPreKey: () => signalPair(this.#signedPreKey.pair),
      getOurRegistrationId: () => this.registrationId,
      getOurIdentity: () => signalPair(this.identity),
    }
  }

  #senderKeyStore(): ConstructorParameters<typeof GroupSessionBuilder>[0] {
    return {
      loadSenderKey: async (name) => this.#senderKeys.get(this.#senderKeyName(name)) ?? new SenderKeyRecord(),
      storeSenderKey: async (name, record) => {
        this.#senderKeys.set(this.#senderKeyName(name), record)
      },
    }
  }

  /** The name without the process-wide space, so that stored state means the same in another process. */
  #senderKeyName(name: SenderKeyName): string {
    return name.toString().replace(`${this.#space}-`, '')
  }

  async #takeSenderKey(group: string, peer: Peer, serialized: Uint8Array): Promise<void> {
    const distribution = new SenderKeyDistributionMessage(null, null, null, null, serialized)
    const name = new SenderKeyName(group, this.#address(peer))
    await new GroupSessionBuilder(this.#senderKeyStore()).process(name, distribution)
  }

  #ownName(group: string): SenderKeyName {
    return new SenderKeyName(group, new libsignal.ProtocolAddress(this.#space, 0))
  }

  async #ownGroup(group: string): Promise<GroupState> {
    let state = this.#ownGroups.get(group)
    if (!state) {
      const record = new SenderKeyRecord()
      state = { record, holders: new Set() }
      this.#ownGroups.set(group, state)
      const store = { loadSenderKey: async () => record, storeSenderKey: async () => undefined }
      await new GroupSessionBuilder(store).create(this.#ownName(group))
    }
    return state
  }
}

function padded(message: proto.IMessage): Buffer {
  return Buffer.from(writeRandomPadMax16(proto.Message.encode(message).finish()))
}

function signalPair(pair: KeyPair): { privKey: Buffer; pubKey: Buffer } {
  return { privKey: Buffer.from(pair.private), pubKey: signalKey(pair.public) }
}

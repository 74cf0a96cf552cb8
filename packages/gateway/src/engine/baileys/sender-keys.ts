import {
  GroupSessionBuilder,
  SenderKeyMessage,
  type SenderKeyName,
  SenderKeyRecord,
} from 'baileys/lib/Signal/Group/index.js'
import { fastCrypto } from './fast-symmetric.ts'
import type { SignalUnit } from './signal-unit.ts'

interface Named {
  toString(): string
}

type State = ReturnType<SenderKeyRecord['serialize']>[number]

/** Sender keys of groups within one unit of work. */
export function senderKeyStorage(unit: SignalUnit) {
  return {
    loadSenderKey: async (name: Named) => {
      const stored = await unit.read('sender-key', name.toString())
      return stored ? parseSenderKey(stored) : new SenderKeyRecord()
    },
    storeSenderKey: async (name: Named, record: SenderKeyRecord) =>
      unit.write('sender-key', name.toString(), serializeSenderKey(record)),
  }
}

/**
 * Encrypts with the next key of the own chain, and makes the chain where there is none; also answers what other devices
 * need to read it. Baileys' GroupCipher uses every second key only and keeps the others, up to 2,000 of them, though
 * nobody ever sends with them: a quarter of a megabyte to read and to write for each message, here and with all who
 * receive it. Keys left over from such times are dropped.
 */
export async function encryptForGroup(unit: SignalUnit, name: SenderKeyName, data: Uint8Array) {
  const storage = senderKeyStorage(unit)
  const record = await storage.loadSenderKey(name)
  // Read once and written once: the builder works on the record in hand.
  const inHand = { loadSenderKey: async () => record, storeSenderKey: async () => undefined }
  const distribution = await new GroupSessionBuilder(inHand).create(name)
  const state = record.getSenderKeyState()
  if (!state) throw new Error('no sender key')
  const chain = state.getSenderChainKey()
  const key = chain.getSenderMessageKey()
  const ciphertext = fastCrypto.encrypt(Buffer.from(key.getCipherKey()), Buffer.from(data), Buffer.from(key.getIv()))
  const message = new SenderKeyMessage(state.getKeyId(), key.getIteration(), ciphertext, state.getSigningKeyPrivate())
  state.setSenderChainKey(chain.getNext())
  state.getStructure().senderMessageKeys.length = 0
  await storage.storeSenderKey(name, record)
  return { ciphertext: message.serialize(), senderKeyDistributionMessage: distribution.serialize() }
}

/** JSON as Baileys' own, with the bytes in base64 everywhere: it writes lists of numbers, twice as long. */
export function serializeSenderKey(record: SenderKeyRecord): Buffer {
  return Buffer.from(JSON.stringify(record.serialize().map((state) => mapBytes(state, pack))), 'utf8')
}

/**
 * Reads what {@link serializeSenderKey} or Baileys wrote. Goes to the bytes where they are, and not through every value,
 * as a reviver of JSON does: a record of 2,000 keys is read four times as fast.
 */
export function parseSenderKey(text: Uint8Array): SenderKeyRecord {
  const states: unknown = JSON.parse(Buffer.from(text).toString('utf8'))
  return new SenderKeyRecord((states as State[]).map((state) => mapBytes(state, unpack)))
}

function mapBytes(state: State, change: (bytes: unknown) => unknown): State {
  const { senderKeyId, senderChainKey, senderSigningKey, senderMessageKeys } = state
  const signing = { public: change(senderSigningKey.public) }
  const isOwn = senderSigningKey.private !== undefined
  return {
    senderKeyId,
    senderChainKey: { iteration: senderChainKey.iteration, seed: change(senderChainKey.seed) },
    senderSigningKey: isOwn ? { ...signing, private: change(senderSigningKey.private) } : signing,
    senderMessageKeys: senderMessageKeys.map(({ iteration, seed }) => ({ iteration, seed: change(seed) })),
  } as State
}

const pack = (bytes: unknown) => ({ type: 'Buffer', data: Buffer.from(bytes as Uint8Array).toString('base64') })

/** The bytes of what JSON has: base64, or numbers in a list or by their index. */
function unpack(value: unknown): Buffer {
  const { data = value } = value as { data?: unknown }
  if (typeof data === 'string') return Buffer.from(data, 'base64')
  return Buffer.from(Array.isArray(data) ? data : Object.values(data as Record<string, number>))
}

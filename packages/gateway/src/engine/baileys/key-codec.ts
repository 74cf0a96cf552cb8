import { BufferJSON, proto, type SignalDataTypeMap } from 'baileys'

export type KeyType = keyof SignalDataTypeMap

/** Kinds whose values are JSON already; libsignal writes the bytes inside session records as base64 itself. */
const PLAIN = new Set<KeyType>(['session', 'lid-mapping', 'device-list', 'sender-key-memory'])

/** A key's value as JSON text. */
export function encodeKey(type: KeyType, value: unknown): string {
  if (type === 'sender-key') return Buffer.from(value as Uint8Array).toString('utf8')
  return PLAIN.has(type) ? JSON.stringify(value) : JSON.stringify(value, BufferJSON.replacer)
}

/** The value that {@link encodeKey} was given. */
export function decodeKey<T extends KeyType>(type: T, text: string): SignalDataTypeMap[T]
export function decodeKey(type: KeyType, text: string): unknown {
  if (type === 'sender-key') return Buffer.from(text, 'utf8')
  if (PLAIN.has(type)) return JSON.parse(text)
  const value: unknown = JSON.parse(text, BufferJSON.reviver)
  if (type === 'app-state-sync-key') {
    return proto.Message.AppStateSyncKeyData.fromObject(value as proto.Message.IAppStateSyncKeyData)
  }
  return value
}

import type { SignalDataSet, SignalDataTypeMap } from 'baileys'
import type { KeyType } from './key-codec.ts'
import type { SignalKeys } from './signal-keys.ts'

/** What one step of a ratchet reads and writes; nothing is on disk before the unit's writes are committed. */
export class SignalUnit {
  readonly #keys: SignalKeys
  readonly writes: SignalDataSet = {}

  constructor(keys: SignalKeys) {
    this.#keys = keys
  }

  async read<T extends KeyType>(type: T, id: string): Promise<SignalDataTypeMap[T] | undefined> {
    const written = this.writes[type]
    if (written && id in written) return written[id] ?? undefined
    return (await this.#keys.get(type, [id]))[id]
  }

  write<T extends KeyType>(type: T, id: string, value: SignalDataTypeMap[T] | null): void {
    const written: { [id: string]: SignalDataTypeMap[T] | null } = this.writes[type] ?? {}
    written[id] = value
    Object.assign(this.writes, { [type]: written })
  }
}

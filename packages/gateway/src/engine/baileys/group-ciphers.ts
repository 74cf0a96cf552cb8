import type { SignalRepositoryWithLIDStore } from 'baileys'
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
} from 'baileys/lib/Signal/Group/index.js'
import type { RepositoryContext } from './repository-context.ts'
import { encryptForGroup, senderKeyStorage } from './sender-keys.ts'
import { signalAddress } from './signal-address.ts'
import { SignalUnit } from './signal-unit.ts'

type Argument<Method extends keyof SignalRepositoryWithLIDStore> = SignalRepositoryWithLIDStore[Method] extends (
  argument: infer A,
) => unknown
  ? A
  : never

/** The group half of the repository: sender keys, one unit of work per step. */
export class GroupCiphers {
  readonly #context: RepositoryContext

  constructor(context: RepositoryContext) {
    this.#context = context
  }

  decrypt({ group, authorJid, msg }: Argument<'decryptGroupMessage'>): Promise<Uint8Array> {
    return this.#step(group, authorJid, async (unit, name) => {
      const { journal } = this.#context
      const known = await journal.recall(msg)
      if (known) return known
      try {
        const plaintext = await new GroupCipher(senderKeyStorage(unit), name).decrypt(msg)
        await journal.record(msg, plaintext, unit)
        return plaintext
      } catch (error) {
        journal.failed(msg)
        throw error
      }
    })
  }

  /** Takes the sender key that a member hands out. */
  async accept({ item, authorJid }: Argument<'processSenderKeyDistributionMessage'>): Promise<void> {
    if (!item.groupId) throw new Error('a sender key without its group')
    const bytes = item.axolotlSenderKeyDistributionMessage
    const message = new SenderKeyDistributionMessage(null, null, null, null, bytes)
    await this.#step(item.groupId, authorJid, async (unit, name) => {
      const storage = senderKeyStorage(unit)
      // The same key again (a redelivery, a reminder): the one we have has advanced already.
      const known = (await storage.loadSenderKey(name)).getSenderKeyState(message.getId())
      if (known && Buffer.compare(known.getSigningKeyPublic(), message.getSignatureKey()) === 0) return
      await new GroupSessionBuilder(storage).process(name, message)
      await this.#context.keys.set(unit.writes)
    })
  }

  encrypt({ group, data, meId }: Argument<'encryptGroupMessage'>) {
    return this.#step(group, meId, async (unit, name) => {
      const encrypted = await encryptForGroup(unit, name, data)
      await this.#context.keys.set(unit.writes)
      await this.#context.onRatchetCommitted()
      return encrypted
    })
  }

  distribution({ group, meId }: Argument<'getSenderKeyDistributionMessage'>): Promise<Uint8Array> {
    return this.#step(group, meId, async (unit, name) => {
      const distribution = await new GroupSessionBuilder(senderKeyStorage(unit)).create(name)
      await this.#context.keys.set(unit.writes)
      return distribution.serialize()
    })
  }

  async has({ group, meId }: Argument<'hasSenderKey'>): Promise<boolean> {
    const id = senderKeyName(group, meId).toString()
    return id in (await this.#context.keys.get('sender-key', [id]))
  }

  #step<T>(group: string, author: string, work: (unit: SignalUnit, name: SenderKeyName) => Promise<T>): Promise<T> {
    const name = senderKeyName(group, author)
    return this.#context.locks.run(name.toString(), () => work(new SignalUnit(this.#context.keys), name))
  }
}

function senderKeyName(group: string, author: string): SenderKeyName {
  const { key, user, device } = signalAddress(author)
  return new SenderKeyName(group, { id: user, deviceId: device, toString: () => key })
}

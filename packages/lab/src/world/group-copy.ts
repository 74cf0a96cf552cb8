import { GroupCipher, SenderKeyMessage, SenderKeyName, type SenderKeyRecord } from 'baileys/lib/Signal/Group/index.js'
import libsignal from 'libsignal'
import { verify } from '../wire/keys.ts'

/** Steps of Baileys' cipher that its types call private. */
interface GroupSteps {
  getSenderKey(state: object, iteration: number): { getIv(): Uint8Array; getCipherKey(): Uint8Array }
  getPlainText(iv: Uint8Array, key: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array>
}

const SIGNATURE_LENGTH = 64

/**
 * Decrypts a group copy as Baileys' GroupCipher does, and moves the record's chain on; only the signature is verified by
 * {@link verify}. Throws where the record has no key for it, it was not signed by its author, or it was read before.
 */
export async function decryptGroupCopy(record: SenderKeyRecord, data: Buffer): Promise<Uint8Array> {
  const message = new SenderKeyMessage(null, null, null, null, data)
  const state = record.getSenderKeyState(message.getKeyId())
  if (!state) throw new Error('no sender key')
  const isSigned = verify(
    state.getSigningKeyPublic(),
    data.subarray(0, -SIGNATURE_LENGTH),
    data.subarray(-SIGNATURE_LENGTH),
  )
  if (!isSigned) throw new Error('the signature is not its author’s')
  const steps = GROUP_CIPHER as unknown as GroupSteps
  const key = steps.getSenderKey(state, message.getIteration())
  return steps.getPlainText(key.getIv(), key.getCipherKey(), message.getCipherText())
}

/** Its steps need no store. */
const GROUP_CIPHER = new GroupCipher(
  { loadSenderKey: () => Promise.reject(new Error('not stored')), storeSenderKey: async () => undefined },
  new SenderKeyName('', new libsignal.ProtocolAddress('', 0)),
)

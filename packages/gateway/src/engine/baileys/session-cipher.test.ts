import { Curve, generateSignalPubKey, initAuthCreds, type KeyPair, signedKeyPair } from 'baileys'
import libsignal, { type SessionRecord, type SignalStorage } from 'libsignal'
import { beforeAll, describe, expect, test } from 'vitest'
import { quietLibsignal } from './quiet-libsignal.ts'
import { CarefulCipher } from './session-cipher.ts'

beforeAll(() => quietLibsignal())

type Cipher = typeof libsignal.SessionCipher

/** A device with one session record, and bundles to give away. */
class Device {
  readonly #creds = initAuthCreds()
  readonly #preKey: KeyPair = Curve.generateKeyPair()
  readonly #address: libsignal.ProtocolAddress
  readonly #storage: SignalStorage
  readonly #cipher: Cipher
  #record: ReturnType<SessionRecord['serialize']> | undefined

  constructor(name: string, cipher: Cipher) {
    this.#address = new libsignal.ProtocolAddress(name, 0)
    this.#cipher = cipher
    const buffers = (pair: KeyPair) => ({
      privKey: Buffer.from(pair.private),
      pubKey: Buffer.from(generateSignalPubKey(pair.public)),
    })
    this.#storage = {
      loadSession: async () => this.#record && libsignal.SessionRecord.deserialize(this.#record),
      storeSession: async (_id, record) => {
        this.#record = structuredClone(record.serialize())
      },
      isTrustedIdentity: () => true,
      loadPreKey: async () => buffers(this.#preKey),
      removePreKey: () => {},
      loadSignedPreKey: () => buffers(this.#creds.signedPreKey.keyPair),
      getOurRegistrationId: () => 1,
      getOurIdentity: () => buffers(this.#creds.signedIdentityKey),
    }
  }

  bundle() {
    const identity = this.#creds.signedIdentityKey
    const { keyPair, signature } = signedKeyPair(identity, 1)
    Object.assign(this.#creds, { signedPreKey: { keyPair, signature, keyId: 1 } })
    return {
      registrationId: 1,
      identityKey: generateSignalPubKey(identity.public),
      signedPreKey: { keyId: 1, publicKey: generateSignalPubKey(keyPair.public), signature },
      preKey: { keyId: 1, publicKey: generateSignalPubKey(this.#preKey.public) },
    }
  }

  begin(bundle: ReturnType<Device['bundle']>): Promise<void> {
    return new libsignal.SessionBuilder(this.#storage, this.#address).initOutgoing(bundle)
  }

  async write(text: string) {
    const { type, body } = await new this.#cipher(this.#storage, this.#address).encrypt(Buffer.from(text))
    return { type, body: Buffer.from(body, 'binary') }
  }

  async read({ type, body }: { type: number; body: Buffer }): Promise<string> {
    const cipher = new this.#cipher(this.#storage, this.#address)
    const plaintext = await (type === 3 ? cipher.decryptPreKeyWhisperMessage(body) : cipher.decryptWhisperMessage(body))
    return plaintext.toString()
  }
}

/** Both begin a session at the same moment; then each goes on with the one it had last. */
async function cross(cipher: Cipher): Promise<string[]> {
  const name = `crossing${Math.random()}`.replace('.', '')
  const [alice, bob] = [new Device(`${name}a`, cipher), new Device(`${name}b`, cipher)]
  await alice.begin(bob.bundle())
  await bob.begin(alice.bundle())
  const fromAlice = await alice.write('from Alice')
  const fromBob = await bob.write('from Bob')
  const read = [await alice.read(fromBob), await bob.read(fromAlice)]
  for (let n = 0; n < 3; n += 1) {
    const [one, other] = [await alice.write(`Alice ${n}`), await bob.write(`Bob ${n}`)]
    read.push(await bob.read(one), await alice.read(other))
  }
  return read
}

describe('sessions begun by both sides at once', () => {
  test('stay readable for both', async () => {
    expect(await cross(CarefulCipher)).toHaveLength(8)
  })

  test('are spoilt by libsignal, which stores the traces of failed tries', async () => {
    await expect(cross(libsignal.SessionCipher)).rejects.toThrow()
  })
})

// A process in which libsignal has everything to report: a session replaced, a message that no session can read, twice.

import { Curve, generateSignalPubKey, initAuthCreds, signedKeyPair } from 'baileys'
import libsignal from 'libsignal'
import { systemClock } from '../../../core/clock.ts'
import { newId } from '../../../core/ids.ts'
import { quietLibsignal } from '../quiet-libsignal.ts'
import { signalAddress } from '../signal-address.ts'
import { SignalKeys } from '../signal-keys.ts'
import { sessionStorage } from '../signal-storage.ts'
import { SignalUnit } from '../signal-unit.ts'
import { MemoryAuth } from './memory-auth.ts'

if (process.argv[2] === 'quiet') quietLibsignal()

const keys = new SignalKeys(new MemoryAuth(), newId('ses'), systemClock)
const unit = new SignalUnit(keys)
const address = signalAddress('15550000001@s.whatsapp.net')
const storage = sessionStorage(unit, initAuthCreds(), address)
const protocolAddress = new libsignal.ProtocolAddress(address.user, address.device)

function bundle() {
  const identity = Curve.generateKeyPair()
  const signed = signedKeyPair(identity, 1)
  const preKey = Curve.generateKeyPair()
  return {
    registrationId: 1,
    identityKey: generateSignalPubKey(identity.public),
    signedPreKey: {
      keyId: 1,
      publicKey: generateSignalPubKey(signed.keyPair.public),
      signature: signed.signature,
    },
    preKey: { keyId: 1, publicKey: generateSignalPubKey(preKey.public) },
  }
}

const builder = new libsignal.SessionBuilder(storage, protocolAddress)
await builder.initOutgoing(bundle())
await builder.initOutgoing(bundle())
const cipher = new libsignal.SessionCipher(storage, protocolAddress)
const { body } = await cipher.encrypt(Buffer.from('hello'))
await cipher.decryptWhisperMessage(Buffer.from(body, 'binary')).catch(() => {})
await cipher.decryptWhisperMessage(Buffer.from('3308', 'hex')).catch(() => {})
console.info('our own words')
console.error('our own trouble')

import { type KeyPair, proto } from 'baileys'
import { keyPairFrom, sha256, sign } from './keys.ts'

/** What the server proves itself with in the Noise handshake. */
export interface NoiseAuthority {
  /** Public key (32 bytes) a client must trust. */
  rootKey: Buffer
  /** The server's Noise static key. */
  leaf: KeyPair
  /** Encoded `CertChain`: root signs intermediate, intermediate signs leaf. */
  chain: Buffer
}

const NOT_BEFORE = 1_700_000_000
const NOT_AFTER = 4_000_000_000

let authority: NoiseAuthority | undefined

/** The lab's own authority: always the same keys, so that a client can be told the root once and for all. */
export function noiseAuthority(): NoiseAuthority {
  authority ??= buildAuthority()
  return authority
}

function buildAuthority(): NoiseAuthority {
  const root = keyPairFrom(sha256('kurir-lab noise root'))
  const intermediate = keyPairFrom(sha256('kurir-lab noise intermediate'))
  const leaf = keyPairFrom(sha256('kurir-lab noise leaf'))
  const validity = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER }
  const details = proto.CertChain.NoiseCertificate.Details
  // Clients require issuerSerial 0 (the root's) on the intermediate.
  const middle = details.encode({ serial: 1, issuerSerial: 0, key: intermediate.public, ...validity }).finish()
  const last = details.encode({ serial: 2, issuerSerial: 1, key: leaf.public, ...validity }).finish()
  const chain = proto.CertChain.encode({
    intermediate: { details: middle, signature: sign(root.private, middle) },
    leaf: { details: last, signature: sign(intermediate.private, last) },
  }).finish()
  return { rootKey: Buffer.from(root.public), leaf, chain: Buffer.from(chain) }
}

import { type CipherGCMTypes, createSecretKey } from 'node:crypto'
import { createRequire, syncBuiltinESMExports } from 'node:module'

type Create = (algorithm: string, key: unknown, ...rest: unknown[]) => unknown

const NOISE: CipherGCMTypes = 'aes-256-gcm'
const KEY_BYTES = 32
const crypto: { createCipheriv: Create; createDecipheriv: Create } = createRequire(import.meta.url)('node:crypto')
let isInstalled = false

/**
 * Baileys encrypts and decrypts each frame with the key as bytes, for which Node takes two stack traces a call: 15 of 19
 * microseconds (see `fast-symmetric.ts`). It takes the functions from Node itself, so they are replaced there: the same,
 * with a key object made at once. Calls for another cipher, and those with keys of another kind, go through untouched.
 */
export function installFastFrames(): void {
  if (isInstalled) return
  isInstalled = true
  crypto.createCipheriv = withKeyObject(crypto.createCipheriv)
  crypto.createDecipheriv = withKeyObject(crypto.createDecipheriv)
  syncBuiltinESMExports()
}

function withKeyObject(create: Create): Create {
  return (algorithm, key, ...rest) => {
    const isFrame = algorithm === NOISE && key instanceof Uint8Array && key.byteLength === KEY_BYTES
    return create(algorithm, isFrame ? createSecretKey(key) : key, ...rest)
  }
}

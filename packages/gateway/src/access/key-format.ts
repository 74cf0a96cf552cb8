import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyId } from '../core/ids.ts'

/**
 * A key as clients present it: `kur_<ULID of its id>_<43 base64url characters>`, 256 random bits. The prefix lets
 * scanners of source code find leaked ones.
 */
export interface PresentedKey {
  id: KeyId
  secret: string
}

const KEY = /^kur_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})$/

/** Reads a presented key, undefined where it has not the form of one. */
export function parseKey(presented: string): PresentedKey | undefined {
  const match = KEY.exec(presented)
  if (!match?.[1] || !match[2]) return undefined
  return { id: `key_${match[1]}` as KeyId, secret: match[2] }
}

/** Draws the secret of a new key. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The text to show to the key's owner, once. */
export function formatKey(id: KeyId, secret: string): string {
  return `kur_${id.slice('key_'.length)}_${secret}`
}

/** What the store keeps of a secret: sha256, hex. The secret is random, so nothing slower is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Whether the secret has this hash; the time taken does not depend on the answer. */
export function secretMatches(secret: string, storedHash: string): boolean {
  const presented = Buffer.from(hashSecret(secret), 'hex')
  const stored = Buffer.from(storedHash, 'hex')
  return stored.length === presented.length && timingSafeEqual(presented, stored)
}

import type { Readable } from 'node:stream'

/** Bytes `start` to `end` of a file, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** A complete file in the staging folder, on disk, that nobody can name yet. */
export interface StagedFile {
  path: string
  size: number
  sha256: string
}

/**
 * Where whole files lie under the sha256 of their bytes (lower case hex). What it promises is in
 * `test/keeper-conformance.ts`. All reject with `unavailable` where it cannot be reached or takes no more.
 */
export interface FileKeeper {
  /** Takes a staged file, durable and visible as a whole or not at all. What is left of the staged one is thrown away. */
  place(staged: StagedFile): Promise<void>
  /** Bytes of a kept file, undefined where it is not there. */
  sizeOf(sha256: string): Promise<number | undefined>
  /** A new stream, of everything by default; it fails where the file is not there. */
  read(sha256: string, range?: ByteRange): Readable
  /** Whether there was one. */
  remove(sha256: string): Promise<boolean>
  /** The hashes of all kept files, some hundreds at a time. */
  list(): AsyncGenerator<string[]>
  /** The kept file's path, where it is on the local disk. */
  localPath?(sha256: string): string
  /** Looks whether it can be used now. Rejects with `KeeperRefused` where only the operator can mend it. */
  check(): Promise<void>
}

/** The place for files refuses the gateway, and will until its settings are corrected. */
export class KeeperRefused extends Error {
  override readonly name = 'KeeperRefused'
}

const SHA256 = /^[0-9a-f]{64}$/

/** Whether it is a hash as files are named by. */
export function isSha256(text: string): boolean {
  return SHA256.test(text)
}

/** `ab/abcd…`: where a file lies below its keeper's root. Throws for what is no hash. */
export function placeOf(sha256: string): string {
  if (!isSha256(sha256)) throw new Error('not a sha256')
  return `${sha256.slice(0, 2)}/${sha256}`
}

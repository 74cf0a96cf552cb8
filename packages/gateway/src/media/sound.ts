import type { FileHandle } from 'node:fs/promises'

/** An OGG page's head up to its table of segments (RFC 3533, 6). */
const PAGE_HEAD_BYTES = 27
/** A page is at most 65,307 bytes, so the last one begins within this. */
const TAIL_BYTES = 65_536 + PAGE_HEAD_BYTES

/**
 * How long an OGG file with Opus or Vorbis plays, in seconds: by the position that its last page names (RFC 7845, 4).
 * Undefined for anything else.
 */
export async function oggSeconds(file: FileHandle, size: number): Promise<number | undefined> {
  const head = await part(file, 0, Math.min(size, 128))
  const rate = sampleRate(head)
  if (rate === undefined) return undefined
  const tail = await part(file, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES))
  const at = tail.lastIndexOf('OggS')
  if (at < 0 || at + PAGE_HEAD_BYTES > tail.length) return undefined
  const position = Number(tail.readBigInt64LE(at + 6))
  const seconds = (position - rate.skipped) / rate.perSecond
  return seconds > 0 ? seconds : undefined
}

function sampleRate(head: Buffer): { perSecond: number; skipped: number } | undefined {
  const opus = head.indexOf('OpusHead')
  // Opus counts at 48 kHz whatever the sound was, and begins with some samples that are not played.
  if (opus >= 0 && opus + 12 <= head.length) return { perSecond: 48_000, skipped: head.readUInt16LE(opus + 10) }
  const vorbis = head.indexOf('\x01vorbis', 0, 'latin1')
  if (vorbis < 0 || vorbis + 16 > head.length) return undefined
  const perSecond = head.readUInt32LE(vorbis + 12)
  return perSecond > 0 ? { perSecond, skipped: 0 } : undefined
}

/** How long a WAV file plays, in seconds, by the chunks at its beginning; undefined where they do not say. */
export async function wavSeconds(file: FileHandle, size: number): Promise<number | undefined> {
  let perSecond = 0
  for (let at = 12; at + 8 <= size && at < 1024 * 1024; ) {
    const head = await part(file, at, 20)
    if (head.length < 8) return undefined
    const name = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    if (name === 'fmt ' && head.length === 20) perSecond = head.readUInt32LE(16)
    if (name === 'data') return perSecond > 0 ? Math.min(length, size - at - 8) / perSecond : undefined
    at += 8 + length + (length % 2)
  }
  return undefined
}

/** Up to `length` bytes from `at`. */
export async function part(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, at)
  return buffer.subarray(0, bytesRead)
}

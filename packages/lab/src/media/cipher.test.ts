import { randomBytes } from 'node:crypto'
import { downloadEncryptedContent, getMediaKeys } from 'baileys'
import { describe, expect, it } from 'vitest'
import { decryptMedia, encryptMedia, type MediaKind } from './cipher.ts'

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('media cipher', () => {
  it.each<MediaKind>(['image', 'video', 'audio', 'document'])(
    '%s: what Baileys reads, and the way back',
    async (kind) => {
      const plain = randomBytes(5003)
      const media = encryptMedia(plain, kind, randomBytes(32))
      // Baileys takes the path from a URL, and a data URL carries the bytes themselves.
      const url = `data:application/octet-stream;base64,${media.bytes.toString('base64')}`
      const read = await downloadEncryptedContent(url, await getMediaKeys(media.mediaKey, kind), {})
      // It leaves the MAC at the end to be dropped by the block size.
      expect((await collect(read)).equals(plain)).toBe(true)
      for (const size of [1, 7, 16, 4096, 100_000]) {
        expect((await collect(decryptMedia(chunked(media.bytes, size), kind, media))).equals(plain)).toBe(true)
      }
    },
  )

  it('decrypts an empty file', async () => {
    const media = encryptMedia(Buffer.alloc(0), 'document', randomBytes(32))
    expect(await collect(decryptMedia(chunked(media.bytes, 5), 'document', media))).toHaveLength(0)
  })

  it('refuses a file that is not what its message says', async () => {
    const media = encryptMedia(randomBytes(100), 'image', randomBytes(32))
    const changed = Buffer.from(media.bytes)
    changed[20] = (changed[20] ?? 0) ^ 1
    const read = (bytes: Buffer, claim: object) =>
      collect(decryptMedia(chunked(bytes, 50), 'image', { ...media, ...claim }))
    await expect(read(changed, {})).rejects.toThrow(/^MAC/)
    await expect(read(media.bytes.subarray(0, 5), {})).rejects.toThrow(/^MAC/)
    await expect(read(media.bytes, { mediaKey: randomBytes(32) })).rejects.toThrow(/^MAC/)
    await expect(read(media.bytes, { fileEncSha256: randomBytes(32) })).rejects.toThrow(/^fileEncSha256/)
    await expect(read(media.bytes, { fileSha256: randomBytes(32) })).rejects.toThrow(/^fileSha256/)
    await expect(read(media.bytes, { fileLength: 99 })).rejects.toThrow(/^fileLength/)
  })
})

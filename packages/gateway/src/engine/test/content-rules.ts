import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { isMedia, type MediaContent, type OutgoingContent } from '../../core/content.ts'
import { newId, type WaMessageId } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import { MEDIA_KINDS, type MediaKind } from '../../core/media.ts'
import { ConnectionLost, DownloadFailed, FileMissing, type FileSource } from '../port.ts'
import type { EngineHarness } from './harness.ts'
import { online } from './situations.ts'

const target = { waId: '3EB00000000000000001' as WaMessageId, fromMe: true }
const choice = { id: 'a', title: 'A' }

/** One content of each kind that needs no file. */
const PLAIN: OutgoingContent[] = [
  { type: 'text', text: 'halo' },
  { type: 'location', latitude: 1, longitude: 2 },
  { type: 'contacts', contacts: [{ name: 'Budi', phones: [{ number: '6281300000001' }] }] },
  { type: 'poll', question: 'Kapan?', options: ['a', 'b'], selectable: 1 },
  { type: 'reaction', target, emoji: '👍' },
  { type: 'edit', target, text: 'baru' },
  { type: 'revoke', target },
  { type: 'list', text: 'Pilih', buttonText: 'Buka', sections: [{ title: '', rows: [choice] }] },
  { type: 'buttons', text: 'Pilih', buttons: [{ kind: 'reply', ...choice }] },
]

/** What an engine promises about contents that are no texts, and about files. */
export function contentRules(harness: () => EngineHarness): void {
  describe('contents', () => {
    test('of every kind without a file have bytes at once, and the server takes them', async () => {
      const { engine, connection } = await online(harness())
      const to = phoneJid(await harness().newContact())
      for (const content of PLAIN) {
        const proto = engine.compose(content, null, to)
        expect(proto, content.type).toBeInstanceOf(Uint8Array)
        const message = { waId: engine.newMessageId(), to, content, proto: proto ?? new Uint8Array() }
        expect(await connection.send(message), content.type).toMatchObject({ kind: 'acked' })
      }
      await connection.close()
    })

    test('of every kind with a file have bytes when it is uploaded, and the server takes them', async () => {
      const { engine, connection } = await online(harness())
      const to = phoneJid(await harness().newContact())
      await withFile(async (files) => {
        for (const kind of MEDIA_KINDS) {
          const content = media(kind)
          expect(engine.compose(content, null, to), kind).toBeUndefined()
          const proto = await connection.prepare(content, null, to, files)
          const message = { waId: engine.newMessageId(), to, content, proto }
          expect(await connection.send(message), kind).toMatchObject({ kind: 'acked' })
        }
      })
      await connection.close()
    })

    test('whose file is gone have none, and a closed connection prepares nothing', async () => {
      const { connection } = await online(harness())
      const to = phoneJid(await harness().newContact())
      const none: FileSource = { open: () => Promise.reject(new FileMissing('gone')) }
      await expect(connection.prepare(media('image'), null, to, none)).rejects.toBeInstanceOf(FileMissing)
      await connection.close()
      await withFile((files) =>
        expect(connection.prepare(media('image'), null, to, files)).rejects.toBeInstanceOf(ConnectionLost),
      )
    })
  })

  describe('a file that comes in', () => {
    test('is named in the content, and is had by what stands beside it', async () => {
      const { engine, session, connection, told } = await online(harness())
      const contact = await harness().newContact()
      const bytes = randomBytes(3_000)
      const waId = await harness().writeFile(contact, session, bytes)
      const { message } = await told.find('message', (one) => one.message.waId === waId)
      const { content, remote } = message
      if (!isMedia(content) || !remote) throw new Error('the message has no file')
      expect(content).toMatchObject({ type: 'document', media: { id: expect.stringMatching(/^med_/) } })
      const secret = remote.mediaKey || remote.directPath
      expect(JSON.stringify(content)).not.toContain(secret)
      expect((await buffer(await engine.download(remote))).equals(bytes)).toBe(true)
      const nowhere = { ...remote, directPath: '/v/t62.7118-24/nothing' }
      await expect(engine.download(nowhere)).rejects.toSatisfy(
        (error) => error instanceof DownloadFailed && error.problem === 'gone',
      )
      await connection.close()
    })
  })
}

function media(type: MediaKind): MediaContent {
  return {
    type,
    media: { id: newId('med'), mimetype: 'application/octet-stream', size: null, fileName: null, sha256: null },
  }
}

/** Lends a source that has one and the same file under every id. */
async function withFile(use: (files: FileSource) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kurir-engine-'))
  const path = join(folder, 'file')
  await writeFile(path, randomBytes(1_000))
  const known = { size: 1_000, mimetype: 'application/octet-stream', traits: {} }
  const file = { ...known, read: () => createReadStream(path) }
  try {
    await use({ open: () => Promise.resolve(file) })
  } finally {
    await rm(folder, { recursive: true })
  }
}

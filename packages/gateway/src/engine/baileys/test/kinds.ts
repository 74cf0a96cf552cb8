import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import { phoneJid } from '../../../core/jid.ts'
import type { MediaId, MediaRef, MediaTraits } from '../../../core/media.ts'
import type { OutgoingContent, Quote } from '../../../core/message.ts'
import { type EngineConnection, FileMissing, type FileSource, type OutboundMessage } from '../../port.ts'
import { type Bench, eventually, type PhoneMessage } from './harness.ts'

/** A row of the lab: what a person was shown, with the whole decoded protobuf. */
export type Row = PhoneMessage & Record<string, unknown> & { message: Record<string, Record<string, unknown>> }

/** Files in a folder of their own. */
export class TestFiles implements FileSource {
  readonly #known = new Map<MediaId, { path: string; size: number; mimetype: string; traits: MediaTraits }>()
  readonly #folder: Promise<string> = mkdtemp(join(tmpdir(), 'kurir-files-'))

  async open(id: MediaId) {
    const file = this.#known.get(id)
    if (!file) throw new FileMissing('there is no such file')
    return { ...file, read: () => createReadStream(file.path) }
  }

  /** A file of these bytes. */
  async add(bytes: Uint8Array, mimetype: string, traits: MediaTraits = {}, fileName: string | null = null) {
    const id = newId('med')
    const path = join(await this.#folder, id)
    await writeFile(path, bytes)
    this.#known.set(id, { path, size: bytes.length, mimetype, traits })
    return { id, mimetype, size: bytes.length, fileName, sha256: sha256(bytes) } satisfies MediaRef
  }

  /** Deletes a file behind the source's back. */
  async lose({ id }: MediaRef): Promise<void> {
    await rm((await this.open(id)).path)
  }

  async close(): Promise<void> {
    await rm(await this.#folder, { recursive: true })
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes that no two files share; 70 001 are more than one chunk and no whole block. */
export function someBytes(length = 70_001): Buffer {
  return randomBytes(length)
}

export function addressOf(to: string): Jid {
  return (to.includes('@') ? to : phoneJid(to)) as Jid
}

/** A message of any kind, ready to send; its bytes are kept for retry receipts as the outbox keeps them. */
export async function outbound(
  bench: Bench,
  connection: EngineConnection,
  to: string,
  content: OutgoingContent,
  options: { quote?: Quote; files?: FileSource } = {},
): Promise<OutboundMessage> {
  const { quote = null, files = new TestFiles() } = options
  const jid = addressOf(to)
  const waId = bench.engine.newMessageId()
  const composed = bench.engine.compose(content, quote, jid)
  const proto = composed ?? (await connection.prepare(content, quote, jid, files))
  bench.auth.sent.set(waId, proto)
  return { waId, to: jid, content, proto }
}

/** The row that a phone shows of a message. */
export function shownRow(bench: Bench, phone: string, id: string): Promise<Row> {
  return eventually(async () => (await bench.control.inbox(phone)).find((row) => row.id === id) as Row | undefined)
}

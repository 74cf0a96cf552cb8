import { proto } from 'baileys'

/** What a history is read for: messages, and which phone number has which LID. */
export type HistoryItem =
  | { kind: 'message'; message: proto.IWebMessageInfo }
  | { kind: 'mapping'; phone: string; lid: string }

/** A message of more bytes has something else in it than a person wrote; it is left out. */
const MOST_MESSAGE_BYTES = 1024 * 1024
const MOST_MAPPING_BYTES = 1024
/** Fields of HistorySync and Conversation, by their numbers in WhatsApp's protobuf. */
const CONVERSATIONS = 2
const MAPPINGS = 15
const MESSAGES = 2

/**
 * Reads the protobuf `HistorySync` as it comes, one message in memory at a time: whole, a person's chats of years are
 * hundreds of megabytes of objects. Rejects with {@link BrokenHistory} for bytes that are none.
 */
export async function* readHistory(source: AsyncIterable<Uint8Array>): AsyncGenerator<HistoryItem> {
  const fields = new Fields(source)
  while (await fields.hasMore()) {
    const { number, length } = await fields.next()
    if (number === CONVERSATIONS && length !== undefined) yield* readConversation(fields, fields.position + length)
    else if (number === MAPPINGS && length !== undefined && length <= MOST_MAPPING_BYTES) {
      const { pnJid, lidJid } = decode(proto.PhoneNumberToLIDMapping, await fields.take(length)) ?? {}
      if (pnJid && lidJid) yield { kind: 'mapping', phone: pnJid, lid: lidJid }
    } else if (length !== undefined) await fields.skip(length)
  }
}

async function* readConversation(fields: Fields, end: number): AsyncGenerator<HistoryItem> {
  while (fields.position < end) {
    const { number, length } = await fields.next()
    if (length === undefined) continue
    if (number !== MESSAGES || length > MOST_MESSAGE_BYTES) {
      await fields.skip(length)
      continue
    }
    const message = decode(proto.HistorySyncMsg, await fields.take(length))?.message
    if (message) yield { kind: 'message', message }
  }
}

/** A history that is not what it says. */
export class BrokenHistory extends Error {
  override readonly name = 'BrokenHistory'
}

/** The fields of a protobuf message, from bytes that come in pieces. */
class Fields {
  readonly #source: AsyncIterator<Uint8Array>
  #bytes: Buffer = Buffer.alloc(0)
  /** Bytes taken so far. */
  position = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async hasMore(): Promise<boolean> {
    while (this.#bytes.length === 0) {
      const { done, value } = await this.#source.next()
      if (done) return false
      this.#bytes = Buffer.from(value)
    }
    return true
  }

  /** The next field; `length` where bytes follow, which the caller takes or skips. Other values are passed over. */
  async next(): Promise<{ number: number; length: number | undefined }> {
    const tag = await this.#varint()
    const number = Math.floor(tag / 8)
    switch (tag % 8) {
      case 0:
        await this.#varint()
        return { number, length: undefined }
      case 1:
        await this.skip(8)
        return { number, length: undefined }
      case 2:
        return { number, length: await this.#varint() }
      case 5:
        await this.skip(4)
        return { number, length: undefined }
      default:
        throw new BrokenHistory(`there is no wire type ${tag % 8}`)
    }
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let left = length; left > 0; ) {
      const part = await this.#some(left)
      left -= part.length
      parts.push(part)
    }
    const [only = Buffer.alloc(0), ...more] = parts
    return more.length === 0 ? only : Buffer.concat(parts)
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.#some(left)).length
  }

  /** Up to so many bytes, at least one. */
  async #some(most: number): Promise<Buffer> {
    if (!(await this.hasMore())) throw new BrokenHistory('it ends within a field')
    const part = this.#bytes.subarray(0, most)
    this.#bytes = this.#bytes.subarray(part.length)
    this.position += part.length
    return part
  }

  /** Exact up to 53 bits; larger ones are values that nobody asks for. */
  async #varint(): Promise<number> {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = (await this.#some(1))[0] ?? 0
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new BrokenHistory('a number has no end')
  }
}

function decode<T>(type: { decode(bytes: Uint8Array): T }, bytes: Uint8Array): T | undefined {
  try {
    return type.decode(bytes)
  } catch {
    return undefined
  }
}

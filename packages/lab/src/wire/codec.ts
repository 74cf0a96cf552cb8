import { inflateSync } from 'node:zlib'
import { type BinaryNode, decodeDecompressedBinaryNode, encodeBinaryNode } from 'baileys'
import * as tokens from 'baileys/lib/WABinary/constants.js'

const COMPRESSED = 2

/** One stanza as the plaintext of a frame: a flag byte, then binary XML. */
export function encodeStanza(stanza: BinaryNode): Uint8Array {
  return encodeBinaryNode(stanza)
}

/** The stanza in a frame's plaintext. Throws where it is not binary XML. */
export function decodeStanza(frame: Buffer): BinaryNode {
  const body = frame.subarray(1)
  const compressed = ((frame[0] ?? 0) & COMPRESSED) !== 0
  return decodeDecompressedBinaryNode(compressed ? inflateSync(body) : body, tokens)
}

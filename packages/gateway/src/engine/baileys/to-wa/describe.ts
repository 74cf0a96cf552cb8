import { proto } from 'baileys'

/** The bytes of a message as JSON; see `Engine.describe`. */
export function describe(bytes: Uint8Array): Record<string, unknown> {
  const message = proto.Message.decode(bytes)
  const { messageContextInfo: _context, ...said } = proto.Message.toObject(message, { bytes: String, longs: String })
  return said
}

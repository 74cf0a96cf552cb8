import type { WASocket } from 'baileys'

/** How long the other side may take to close the WebSocket before it is cut. */
const CLOSE_GRACE_MS = 500

interface RawSocket {
  terminate(): void
}

/**
 * Baileys waits for the other side to close, up to half a minute when that is gone, and tells of the end only then.
 * Here the line is cut when the other side does not close it soon.
 */
export function closePromptly({ ws }: WASocket): void {
  const close = ws.close.bind(ws)
  ws.close = () => {
    const raw: unknown = Reflect.get(ws, 'socket')
    setTimeout(() => (raw as RawSocket | null)?.terminate(), CLOSE_GRACE_MS).unref()
    return close()
  }
}

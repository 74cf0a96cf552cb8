import QRCode from 'qrcode'
import type { TenantId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'
import type { Gateway } from '../gateway.ts'
import type { PairingQr } from '../sessions/verbs.ts'

export type Pairing =
  | { kind: 'qr'; qr: PairingQr }
  | { kind: 'connected'; session: SessionRecord }
  /** Neither came in time. */
  | { kind: 'timeout' }

/** Waits until the session shows a QR code or is connected, at most `timeoutMs`. Rejects with `session_not_found`. */
export async function untilPairing(
  gateway: Gateway,
  tenant: TenantId,
  id: string,
  timeoutMs: number,
): Promise<Pairing> {
  const { promise, resolve } = Promise.withResolvers<Pairing>()
  const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs)
  let stop: (() => void) | undefined
  try {
    stop = await gateway.sessions.watchPairing(tenant, id, (news) => {
      if (news.kind === 'qr') resolve(news)
      else if (news.session.status === 'connected') resolve({ kind: 'connected', session: news.session })
    })
    // Watched first and asked second: what happens in between is seen by one of the two.
    const session = await gateway.sessions.get(tenant, id)
    return session.status === 'connected' ? { kind: 'connected', session } : await promise
  } finally {
    clearTimeout(timer)
    stop?.()
  }
}

const LOOK = { margin: 4, width: 512, errorCorrectionLevel: 'L' } as const

/** The picture of a QR code as a `data:image/png;base64,…` URL. */
export function qrDataUrl(text: string): Promise<string> {
  return QRCode.toDataURL(text, LOOK)
}

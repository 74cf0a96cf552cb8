import QRCode from 'qrcode'
import type { PairingQr } from '../../../sessions/verbs.ts'

export interface QrObject {
  qr: string
  image: string
  expires_at: string
}

const LOOK = { margin: 4, width: 512, errorCorrectionLevel: 'L' } as const

/** The QR code as JSON, with its picture in a `data:` URL. */
export async function presentQr({ text, expiresAt }: PairingQr): Promise<QrObject> {
  return {
    qr: text,
    image: await QRCode.toDataURL(text, LOOK),
    expires_at: new Date(expiresAt).toISOString(),
  }
}

/** The QR code as a picture. */
export function drawQr(text: string, type: 'image/png' | 'image/svg+xml'): Promise<Buffer | string> {
  return type === 'image/png' ? QRCode.toBuffer(text, LOOK) : QRCode.toString(text, { ...LOOK, type: 'svg' })
}

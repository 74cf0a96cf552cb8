import { Type } from 'typebox'
import { exactly, time } from '../schema.ts'

const QrObject = Type.Object({
  qr: Type.String({ description: 'The text of the QR code.' }),
  image: Type.String({ description: 'The QR code as a PNG in a `data:` URL.' }),
  expires_at: time(),
})
const Picture = Type.Unsafe<string>({ type: 'string', format: 'binary' })

/** By the client's `Accept`. */
export const QR_ANSWERS = {
  description: 'The QR code to scan now.',
  content: {
    'application/json': { schema: QrObject },
    'image/png': { schema: Picture },
    'image/svg+xml': { schema: Picture },
  },
}

export const PairingCodeBody = exactly(
  {
    phone: Type.String({
      minLength: 5,
      maxLength: 40,
      description: 'The phone to pair with, as people write numbers.',
    }),
  },
  { examples: [{ phone: '+62 812-1000-0001' }] },
)

export const PairingCodeAnswer = Type.Object(
  { code: Type.String({ examples: ['K7QZ-2M4P'], description: 'To be typed on the phone.' }), phone: Type.String() },
  { description: 'The pairing code.' },
)

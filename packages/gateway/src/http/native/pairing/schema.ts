import { Type } from 'typebox'
import { exactly, time } from '../schema.ts'

export const QrAnswer = Type.Object(
  {
    qr: Type.String({ description: 'The text of the QR code.' }),
    image: Type.String({ description: 'The QR code as a PNG in a `data:` URL.' }),
    expires_at: time(),
  },
  { description: 'The QR code to scan now; with `Accept: image/png` or `image/svg+xml` the picture itself.' },
)

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

import { randomInt } from 'node:crypto'

/** What is done to a session. */
export type Action = 'GET' | 'ADD'

/** How long a token lives. Seconds; the document shows it. */
export const TOKEN_SECONDS = 900

/** The answer of `POST /token`. */
export function tokenAnswer(accessToken: string) {
  return {
    accessToken,
    expiresIn: TOKEN_SECONDS,
    responseCode: '2007300',
    responseMessage: 'Successful',
    tokenType: 'Bearer',
  }
}

/** What every answer about a session is wrapped in. `code` is a number in find and a text in add, as shown. */
export function envelope(
  action: Action,
  result: 'SUCCESS' | 'FAILED',
  code: number | string,
  data: Record<string, unknown>,
) {
  return {
    message_action: `${action}_WHATSAPP_SESSION_${result}`,
    message_code: code,
    message_data: data,
    message_desc: 'GET INFORMATION WHATSAPP SESSION',
    message_id: newCallId(Date.now()),
  }
}

/** The answer of find. */
export function foundAnswer() {
  const data = { responseCode: '00', responseDescription: 'Session found.', status: true, status_code: 200 }
  return envelope('GET', 'SUCCESS', 200, data)
}

/** The answer of add where a QR code is to be scanned. `pairingCode` undefined: nobody asked for one. */
export function scanAnswer(qr: string, image: string, pairingCode: string | null | undefined) {
  return added({
    responseDescription: 'QR code received, please scan the QR code.',
    qr,
    qr_image: image,
    ...(pairingCode === undefined ? {} : { pairing_code: pairingCode }),
  })
}

/** The answer of add where nothing is to be scanned. */
export function connectedAnswer() {
  return added({ responseDescription: 'Session already connected.', qr: null })
}

function added(data: Record<string, unknown>) {
  return envelope('ADD', 'SUCCESS', '4008001', { status: true, responseCode: '00', ...data })
}

let calls = randomInt(10_000_000)

/** `API_CALL_<unix seconds><5 digits>_<7 digits>`: random digits, and a count within the process. */
function newCallId(now: number): string {
  calls = (calls + 1) % 10_000_000
  const random = String(randomInt(100_000)).padStart(5, '0')
  return `API_CALL_${Math.floor(now / 1000)}${random}_${String(calls).padStart(7, '0')}`
}

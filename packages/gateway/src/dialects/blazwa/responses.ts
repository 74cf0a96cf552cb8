/** `code` of the answers of message, message-group and webhook. */
const DONE = 20001

export type Shown = 'qr' | 'ready' | 'connected'

const TEXTS: Record<Shown, string> = {
  qr: 'Scan the QR code to log in',
  ready: 'The service is ready',
  connected: 'The service is connected',
}

/** The answer of restart (`qr` or `ready`) and of status (`qr` or `connected`). */
export function statusAnswer(status: Shown) {
  return { message: TEXTS[status], status, code: null }
}

/** The answer of webhook/reset. */
export function resetAnswer(status: Shown) {
  return { message: 'The webhook has been removed', status, code: 0 }
}

/** The answer of login-qr; `dataUrl` is a PNG picture. */
export function qrAnswer(dataUrl: string) {
  return { message: TEXTS.qr, qr_string: dataUrl, code: null }
}

export function numberAnswer(isRegistered: boolean) {
  const message = isRegistered ? 'The number is registered on WhatsApp' : 'The number is not registered on WhatsApp'
  return { message, is_registered: isRegistered, code: null }
}

export function webhookAnswer() {
  return { message: 'The webhook has been set', code: DONE }
}

export interface SentMessage {
  /** WhatsApp's id of the message. */
  id: string
  /** The text, or the image's caption. */
  body: string
  /** The session's number, digits. */
  from: string
  /** The recipient's number in digits, or the group's address. */
  to: string
  /** The image's URL as the client gave it. */
  mediaUrl: string | null
  /** `YYYY-MM-DD HH:mm:ss` in the tenant's time zone. */
  createdAt: string
}

/** The answer of message and message-group. */
export function sentAnswer({ id, body, from, to, mediaUrl, createdAt }: SentMessage) {
  const result = { id, body, from, to, media_url: mediaUrl, created_at: createdAt }
  return { message: 'The message has been sent', result, code: DONE }
}

/** `YYYY-MM-DD HH:mm:ss` of a time (milliseconds since the epoch) in a time zone. */
export function localTime(at: number, timeZone: string): string {
  const two = '2-digit'
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric' },
    ...{ month: two, day: two, hour: two, minute: two, second: two },
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const join = (names: Intl.DateTimeFormatPartTypes[], glue: string) => names.map((name) => parts.get(name)).join(glue)
  return `${join(['year', 'month', 'day'], '-')} ${join(['hour', 'minute', 'second'], ':')}`
}

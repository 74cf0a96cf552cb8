import type { DialectCall } from '../dialect.ts'
import type { Fields } from '../fields.ts'
import { badRequest } from './errors.ts'

const MAX_NAME = 100
/** The document's limit of a text. Characters. */
const MAX_MESSAGE = 4096
const MAX_NUMBERS = 100

/** The new session's name; null where none is given. */
export function readCreate({ body }: DialectCall): string | null {
  const name = body.word('sessionName') ?? null
  if (name !== null && name.length > MAX_NAME) throw badRequest(`sessionName must have at most ${MAX_NAME} characters`)
  return name
}

export interface SendRequest {
  /** As the client wrote it. */
  to: string
  message: string
  skipValidation: boolean
}

export function readSend({ body }: DialectCall): SendRequest {
  const to = body.word('to')
  const message = body.text('message')
  if (to === undefined || message === undefined) throw badRequest('Phone number and message are required')
  return { to, message: checked(message), skipValidation: body.flag('skipValidation') ?? false }
}

export interface SendMediaRequest {
  to: string
  caption: string | undefined
  skipValidation: boolean
}

/** The fields beside the file. */
export function readSendMedia(body: Fields): SendMediaRequest {
  const to = body.word('to')
  if (to === undefined) throw badRequest('Phone number and media file are required')
  const caption = body.text('message')
  return {
    to,
    caption: caption === undefined ? undefined : checked(caption),
    skipValidation: body.flag('skipValidation') ?? false,
  }
}

/** Length as people count it: in code points, so that an emoji is no two characters. */
function checked(message: string): string {
  const isLong = message.length > MAX_MESSAGE && [...message].length > MAX_MESSAGE
  if (isLong) throw badRequest(`Message must have at most ${MAX_MESSAGE} characters`)
  return message
}

export interface CheckRequest {
  session: string
  /** As the client wrote them. */
  numbers: string[]
}

export function readCheck({ body }: DialectCall): CheckRequest {
  const session = body.word('sessionId')
  const list = body.list('phoneNumbers')
  if (session === undefined || list === undefined || list.length === 0) {
    throw badRequest('Session ID and phone numbers are required')
  }
  if (list.length > MAX_NUMBERS) throw badRequest(`At most ${MAX_NUMBERS} phone numbers can be checked at once`)
  return {
    session,
    numbers: list.map((number) => {
      if (typeof number === 'string' || typeof number === 'number') return String(number)
      throw badRequest('Every phone number must be a text')
    }),
  }
}

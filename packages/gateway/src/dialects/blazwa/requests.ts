import { type FieldError, KurirError } from '../../core/errors.ts'
import type { DialectCall } from '../dialect.ts'
import { badField, type Fields } from '../fields.ts'

/** What is sent: an image with an optional caption, or a text alone. */
export interface Content {
  /** Undefined with an image only. */
  message: string | undefined
  imageUrl: string | undefined
}

export interface MessageRequest extends Content {
  /** As the client wrote it. */
  phoneNumber: string
}

export interface GroupMessageRequest extends Content {
  groupName: string
}

const LONGEST_MESSAGE = 65_536

/** Throws `invalid_request` with every fault. */
export function readMessage({ body }: Pick<DialectCall, 'body'>): MessageRequest {
  const { name, ...content } = read(body, 'phoneNumber')
  return { phoneNumber: name, ...content }
}

/** Throws `invalid_request` with every fault. */
export function readGroupMessage({ body }: Pick<DialectCall, 'body'>): GroupMessageRequest {
  const { name, ...content } = read(body, 'groupName')
  return { groupName: name, ...content }
}

function read(body: Fields, recipient: 'phoneNumber' | 'groupName'): Content & { name: string } {
  const faults: FieldError[] = []
  const name = body.text(recipient)
  const message = body.text('message')
  const imageUrl = body.word('imageUrl')
  if (name === undefined) faults.push({ field: recipient, message: 'is required' })
  if (message === undefined && imageUrl === undefined) {
    faults.push({ field: 'message', message: 'is required where there is no imageUrl' })
  }
  if (message !== undefined && message.length > LONGEST_MESSAGE) {
    faults.push({ field: 'message', message: `must not be longer than ${LONGEST_MESSAGE} characters` })
  }
  if (name === undefined || faults.length > 0) throw new KurirError('invalid_request', undefined, { fields: faults })
  return { name, message, imageUrl }
}

/** How the QR code is wanted. Throws `invalid_request` for anything but the document's two words. */
export function readLook({ body }: Pick<DialectCall, 'body'>): 'image' | 'string' {
  const look = body.word('responseAs') ?? 'string'
  if (look === 'image' || look === 'string') return look
  throw badField('responseAs', 'must be image or string')
}

/** The webhook's URL. Throws `invalid_request` where there is none. */
export function readWebhook({ body }: Pick<DialectCall, 'body'>): string {
  const url = body.word('webhook')
  if (url === undefined) throw badField('webhook', 'is required')
  return url
}

/** A number of the path, as the client wrote it. Throws `invalid_request` where the path ends before it. */
export function readNumber({ params }: Pick<DialectCall, 'params'>): string {
  const number = params.text('phoneNumber')
  if (number === undefined) throw badField('phoneNumber', 'is required')
  return number
}

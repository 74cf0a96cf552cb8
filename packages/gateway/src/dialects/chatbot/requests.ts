import { type FieldError, KurirError } from '../../core/errors.ts'
import { badField, type Fields } from '../fields.ts'

const LONGEST_TEXT = 65_536

/** Where a message goes, as the client wrote it. */
export type Recipient = { field: 'nohp'; text: string } | { field: 'groupid'; text: string }

/** Which of the two fields name the recipient; the first that is there. */
export type RecipientFields = readonly [Recipient['field'], ...Recipient['field'][]]

export interface Contact {
  name: string
  /** As the client wrote them; at least one. */
  numbers: string[]
}

export interface Place {
  latitude: number
  longitude: number
  /** What the place is called. */
  name: string | undefined
}

/** Throws `invalid_request` where none of the fields is there. */
export function readRecipient(body: Fields, fields: RecipientFields): Recipient {
  for (const field of fields) {
    const text = body.word(field)
    if (text !== undefined) return { field, text }
  }
  throw badField(fields[0], 'is required')
}

/** Throws `invalid_request` where the text is missing or too long. */
export function readText(body: Fields): string {
  const text = readCaption(body)
  if (text === undefined) throw badField('pesan', 'is required')
  return text
}

/** Throws `invalid_request` where the text is too long. */
export function readCaption(body: Fields): string | undefined {
  const text = body.text('pesan')
  if (text !== undefined && text.length > LONGEST_TEXT) {
    throw badField('pesan', `must not be longer than ${LONGEST_TEXT} characters`)
  }
  return text
}

/** Throws `invalid_request` where there is no URL. */
export function readMediaUrl(body: Fields): string {
  const url = body.word('mediaurl')
  if (url === undefined) throw badField('mediaurl', 'is required')
  return url
}

/** Whether a request to send a location is one to send a contact, as the document's own samples of contacts are. */
export function isContact(body: Fields): boolean {
  return body.value('latitude') === undefined && body.value('longitude') === undefined && contactOf(body) !== undefined
}

/** Throws `invalid_request` unless both coordinates are degrees. */
export function readPlace(body: Fields): Place {
  const faults: FieldError[] = []
  const degrees = (field: 'latitude' | 'longitude', most: number) => {
    const value = body.number(field)
    if (value === undefined) faults.push({ field, message: 'is required' })
    else if (Math.abs(value) > most) faults.push({ field, message: `must be from -${most} to ${most}` })
    return value ?? 0
  }
  const place = { latitude: degrees('latitude', 90), longitude: degrees('longitude', 180), name: readCaption(body) }
  const [fault] = faults
  if (fault) throw new KurirError('invalid_request', `${fault.field} ${fault.message}`, { fields: faults })
  return place
}

/** Throws `invalid_request` where the contact, its name or its numbers are missing. */
export function readContact(body: Fields): Contact {
  const contact = contactOf(body)
  if (!contact) throw badField('contact', 'is required')
  const name = contact.word('name')
  if (name === undefined) throw badField('contact.name', 'is required')
  const numbers = (contact.list('numbers') ?? []).map((number) => {
    if (typeof number !== 'string' && typeof number !== 'number') throw badField('contact.numbers', 'must be texts')
    return String(number)
  })
  if (numbers.length === 0) throw badField('contact.numbers', 'is required')
  return { name, numbers }
}

/** The document's table calls the field `Contact`, its samples `contact`. */
function contactOf(body: Fields): Fields | undefined {
  return body.group('contact') ?? body.group('Contact')
}

/** The URL that wants the message's news. */
export function readNotifyUrl(body: Fields): string | undefined {
  return body.word('notifyurl')
}

/** Throws `invalid_request` where there is no number. */
export function readNumber(body: Fields): string {
  const number = body.word('nohp')
  if (number === undefined) throw badField('nohp', 'is required')
  return number
}

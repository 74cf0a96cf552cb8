import { type ContactCard, vcardOf } from '../../core/contact-card.ts'
import { parsePhone } from '../../core/jid.ts'
import { MEDIA_KINDS, type MediaKind } from '../../core/media.ts'
import type { ButtonsContent, ListContent, LocationContent, MessageButton } from '../../core/message.ts'
import { Fields, isPlainObject } from '../fields.ts'
import { badRequest } from './errors.ts'

/** `{lat, lng, name}`; the document writes the degrees as texts. */
export function readLocation(location: Fields): LocationContent {
  const latitude = location.number('lat')
  const longitude = location.number('lng')
  if (latitude === undefined || longitude === undefined) throw badRequest('location needs lat and lng')
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw badRequest('location is nowhere on earth')
  const name = location.text('name')
  const address = location.text('address')
  return {
    type: 'location',
    latitude,
    longitude,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
  }
}

/** `{fullName, displayName, organization, phoneNumber}`; one number or a list of them. */
export function readContact(contact: Fields, countryCode: string | undefined): ContactCard {
  const fullName = contact.text('fullName') ?? contact.text('displayName')
  const numbers = contact.list('phoneNumber') ?? []
  if (fullName === undefined) throw badRequest('A contact needs fullName or displayName')
  if (numbers.length === 0) throw badRequest('A contact needs phoneNumber')
  const phones = numbers.map((text) => {
    const number = parsePhone(String(text), countryCode)
    if (number === undefined) throw badRequest('phoneNumber must be a phone number')
    return { number }
  })
  const organization = contact.text('organization')
  const card = { name: fullName, phones, ...(organization === undefined ? {} : { organization }) }
  // The card's own name and the one that is shown above it may differ.
  return { ...card, name: contact.text('displayName') ?? fullName, vcard: vcardOf(card) }
}

/** `msgdata` of a list. */
export function readList(data: Fields): ListContent {
  const text = data.text('text') ?? data.text('title')
  const buttonText = data.text('buttonText')
  if (text === undefined || buttonText === undefined) throw badRequest('msgdata needs text and buttonText')
  const sections = (data.list('sections') ?? []).map(readSection)
  if (sections.length === 0) throw badRequest('msgdata needs sections')
  const title = data.text('title')
  const footer = data.text('description')
  return {
    type: 'list',
    text,
    buttonText,
    sections,
    ...(title === undefined ? {} : { title }),
    ...(footer === undefined ? {} : { footer }),
  }
}

function readSection(value: unknown): ListContent['sections'][number] {
  const section = groupOf(value, 'Every section')
  const rows = (section.list('rows') ?? []).map((row) => {
    const fields = groupOf(row, 'Every row')
    const title = fields.text('title')
    if (title === undefined) throw badRequest('Every row needs a title')
    const description = fields.text('description')
    return { id: fields.text('rowId') ?? title, title, ...(description === undefined ? {} : { description }) }
  })
  if (rows.length === 0) throw badRequest('Every section needs rows')
  return { title: section.text('title') ?? '', rows }
}

/** `btndata` of buttons. */
export function readButtons(data: Fields, countryCode: string | undefined): ButtonsContent {
  const text = data.text('text')
  if (text === undefined) throw badRequest('btndata needs text')
  const buttons = (data.list('buttons') ?? []).map((button) => readButton(button, countryCode))
  if (buttons.length === 0) throw badRequest('btndata needs buttons')
  const footer = data.text('footerText')
  return { type: 'buttons', text, buttons, ...(footer === undefined ? {} : { footer }) }
}

function readButton(value: unknown, countryCode: string | undefined): MessageButton {
  const button = groupOf(value, 'Every button')
  const title = button.text('title')
  if (title === undefined) throw badRequest('Every button needs a title')
  const payload = button.text('payload')
  switch (button.word('type')) {
    case 'replyButton':
      return { kind: 'reply', title, id: payload ?? title }
    case 'urlButton':
      if (payload === undefined || !URL.canParse(payload)) throw badRequest('A urlButton needs a URL as its payload')
      return { kind: 'url', title, url: payload }
    case 'callButton': {
      const phone = parsePhone(payload ?? '', countryCode)
      if (phone === undefined) throw badRequest('A callButton needs a phone number as its payload')
      return { kind: 'call', title, phone }
    }
    default:
      throw badRequest('A button is a replyButton, a urlButton or a callButton')
  }
}

function groupOf(value: unknown, what: string): Fields {
  if (!isPlainObject(value)) throw badRequest(`${what} must be an object`)
  return new Fields(value)
}

/** The document's words for kinds of files; `doc` is what its path calls a document. */
export function readKind(type: string | undefined): MediaKind | undefined {
  if (type === undefined) return undefined
  const word = type.toLowerCase() === 'doc' ? 'document' : type.toLowerCase()
  const kind = MEDIA_KINDS.find((known) => known === word)
  if (!kind) throw badRequest('type must be image, video, audio or document')
  return kind
}

/** How a file is sent of which nobody said how. */
export function kindOf(mimetype: string): MediaKind {
  const family = mimetype.split('/', 1)[0]
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document'
}

import type { Jid } from '../../../core/jid.ts'
import type {
  ButtonsContent,
  ContactCard,
  ContactsContent,
  ListContent,
  LocationContent,
  MessageButton,
  PollContent,
  TextContent,
} from '../../../core/message.ts'
import { invalid } from '../fields.ts'
import type { SendBodyOf } from './bodies.ts'
import { readNumber, readPerson } from './recipients.ts'

/** Reads the contents that are all in the request. They throw `invalid_request` or `invalid_recipient`. */

interface NamingBody {
  mentions?: string[]
  mention_all?: boolean
}

/** Whom a text or caption names. */
export function readNaming({ mentions, mention_all }: NamingBody, countryCode: string | undefined) {
  const jids: Jid[] | undefined = mentions?.map((text, index) => readPerson(text, countryCode, `/mentions/${index}`))
  return { ...(jids ? { mentions: jids } : {}), ...(mention_all ? { mentionAll: true as const } : {}) }
}

/** The mark of a message that somebody else wrote first. */
export function readForwarded({ forwarded }: { forwarded?: boolean }) {
  return forwarded ? { forwarded: true as const } : {}
}

/** The fields of an object that are there. */
export function present<Fields extends Record<string, unknown>>(fields: Fields) {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== false)
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined | false> }
}

export function readText(body: SendBodyOf<'text'>, countryCode: string | undefined): TextContent {
  const { text, preview } = body
  if (preview && !text.includes(preview.url)) throw invalid('/preview/url', 'must stand in the text')
  return { type: 'text', text, ...readNaming(body, countryCode), ...present({ preview }), ...readForwarded(body) }
}

export function readLocation(body: SendBodyOf<'location'>): LocationContent {
  const { latitude, longitude, name, address } = body
  return { type: 'location', latitude, longitude, ...present({ name, address }), ...readForwarded(body) }
}

export function readContacts(body: SendBodyOf<'contacts'>, countryCode: string | undefined): ContactsContent {
  const contacts = body.contacts.map((contact, index): ContactCard => {
    const { name, phones = [], organization, vcard } = contact
    const field = `/contacts/${index}`
    if (vcard === undefined && phones.length === 0) throw invalid(`${field}/phones`, 'is missing')
    const read = phones.map(({ number, type }, at) => ({
      number: readNumber(number, countryCode, `${field}/phones/${at}/number`),
      ...present({ type }),
    }))
    return { name, phones: read, ...present({ organization, vcard }) }
  })
  return { type: 'contacts', contacts, ...readForwarded(body) }
}

export function readPoll({ question, options, selectable = 1 }: SendBodyOf<'poll'>): PollContent {
  if (selectable > options.length) throw invalid('/selectable', 'must not be more than there are options')
  return { type: 'poll', question, options, selectable }
}

export function readList(body: SendBodyOf<'list'>): ListContent {
  const { text, title, footer, button_text: buttonText, sections, form } = body
  assertUnique(
    sections.flatMap(({ rows }) => rows.map(({ id }) => id)),
    '/sections',
  )
  const shown = sections.map((section) => ({
    title: section.title,
    rows: section.rows.map(({ id, title: name, description }) => ({ id, title: name, ...present({ description }) })),
  }))
  return { type: 'list', text, buttonText, sections: shown, ...present({ title, footer, form }) }
}

export function readButtons(body: SendBodyOf<'buttons'>, countryCode: string | undefined): ButtonsContent {
  const { text, header, footer, form } = body
  const buttons = body.buttons.map((button, index) => readButton(button, countryCode, `/buttons/${index}`))
  assertUnique(
    buttons.flatMap((button) => (button.kind === 'reply' ? [button.id] : [])),
    '/buttons',
  )
  return { type: 'buttons', text, buttons, ...present({ header, footer, form }) }
}

function readButton(
  { kind, title, id, url, phone }: SendBodyOf<'buttons'>['buttons'][number],
  countryCode: string | undefined,
  field: string,
): MessageButton {
  switch (kind) {
    case 'reply':
      return { kind, title, id: given(id, `${field}/id`) }
    case 'url':
      return { kind, title, url: readLink(given(url, `${field}/url`), `${field}/url`) }
    case 'call':
      return { kind, title, phone: readNumber(given(phone, `${field}/phone`), countryCode, `${field}/phone`) }
    default:
      return kind satisfies never
  }
}

function readLink(url: string, field: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw invalid(field, 'must be an http or https URL')
}

function given(value: string | undefined, field: string): string {
  if (value === undefined) throw invalid(field, 'is missing')
  return value
}

/** An answer names a choice by its id, so no two may share one. */
function assertUnique(ids: string[], field: string): void {
  if (new Set(ids).size !== ids.length) throw invalid(field, 'must have ids that are all different')
}

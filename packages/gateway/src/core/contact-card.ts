/** A person or company as one sends it to another. */
export interface ContactCard {
  name: string
  /** `number`: digits with the country code. `type`: a word as vCards have it (`CELL`, `WORK`, `HOME`, …). */
  phones: { number: string; type?: string }[]
  organization?: string
  /** The whole card as it was given or came; then phones show this one. */
  vcard?: string
}

/** The type of a number whose type nobody said. */
const USUAL_TYPE = 'CELL'

/**
 * The card as a vCard 3.0 (RFC 2426), one TEL for each number. `waid` is WhatsApp's own parameter: it makes phones
 * offer a chat with the number.
 */
export function vcardOf({ name, phones, organization, vcard }: ContactCard): string {
  if (vcard !== undefined) return vcard
  const shown = escapeText(name)
  return [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${shown};;;`,
    `FN:${shown}`,
    ...(organization ? [`ORG:${escapeText(organization)}`] : []),
    ...phones.map(({ number, type }) => `TEL;type=${(type ?? USUAL_TYPE).toUpperCase()};waid=${number}:+${number}`),
    'END:VCARD',
  ].join('\n')
}

/** Reads what a contact's card says; lines that tell nothing of name, numbers and organization stay in `vcard` only. */
export function readVcard(vcard: string, displayName?: string | null): ContactCard {
  const card: ContactCard = { name: displayName ?? '', phones: [], vcard }
  // A line that begins with white space goes on with the one before (RFC 2425, 5.8.1).
  for (const line of vcard.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const [property = '', ...parameters] = line.slice(0, Math.max(colon, 0)).split(';')
    const value = line.slice(colon + 1)
    // `item1.TEL`: the group before the dot only ties lines together.
    switch (property.slice(property.indexOf('.') + 1).toUpperCase()) {
      case 'FN':
        card.name ||= unescapeText(value)
        break
      case 'ORG':
        card.organization = unescapeText(value.replace(/(?<!\\);+$/, ''))
        break
      case 'TEL':
        addPhone(card, parameters, value)
        break
    }
  }
  return card
}

function addPhone(card: ContactCard, parameters: string[], value: string): void {
  const account = parameters.find((parameter) => /^waid=/i.test(parameter))?.slice('waid='.length)
  const number = (account ?? value).replace(/\D/g, '')
  if (!number) return
  const type = parameters
    .filter((parameter) => !/^waid=/i.test(parameter))
    .flatMap((parameter) =>
      parameter
        .replace(/^type=/i, '')
        .toUpperCase()
        .split(','),
    )
    .find((word) => word !== 'VOICE' && word !== 'PREF' && /^[A-Z-]+$/.test(word))
  card.phones.push({ number, ...(type ? { type } : {}) })
}

/** Backslash, comma, semicolon and line break have a meaning in a vCard's values (RFC 2426, 4). */
function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(/\r?\n|\r/g, '\\n')
}

function unescapeText(text: string): string {
  return text.replace(/\\([\\,;nN])/g, (_escape, character: string) => (/n/i.test(character) ? '\n' : character))
}

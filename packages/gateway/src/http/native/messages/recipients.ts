import { KurirError } from '../../../core/errors.ts'
import type { TenantId } from '../../../core/ids.ts'
import { type Jid, jidKind, parsePhone, parseRecipient } from '../../../core/jid.ts'
import type { Gateway } from '../../../gateway.ts'
import { invalid } from '../fields.ts'

/** The tenant's country code where one of the numbers needs it: those with a leading 0. */
export async function countryCodeFor(
  gateway: Gateway,
  tenant: TenantId,
  numbers: readonly string[],
): Promise<string | undefined> {
  const isNeeded = numbers.some((number) => !number.includes('@') && /^\D*0/.test(number))
  return isNeeded ? (await gateway.access.getTenant(tenant)).countryCode : undefined
}

/** The chat that a number or address names. Throws `invalid_recipient`. */
export function readRecipient(text: string, countryCode: string | undefined, field = '/to'): Jid {
  const jid = parseRecipient(text, countryCode)
  const kind = jid && jidKind(jid)
  if (jid && (kind === 'user' || kind === 'lid' || kind === 'group')) return jid
  throw new KurirError('invalid_recipient', undefined, {
    fields: [{ field, message: 'must be a phone number with its country code, or an address of a person or group' }],
  })
}

/** The person that a number or address names. Throws `invalid_recipient`. */
export function readPerson(text: string, countryCode: string | undefined, field: string): Jid {
  const jid = readRecipient(text, countryCode, field)
  if (jidKind(jid) !== 'group') return jid
  throw new KurirError('invalid_recipient', undefined, { fields: [{ field, message: 'must be a person' }] })
}

/** The digits of a number to show or to call; no message goes there. Throws `invalid_request`. */
export function readNumber(text: string, countryCode: string | undefined, field: string): string {
  const phone = parsePhone(text, countryCode)
  if (phone) return phone
  throw invalid(field, 'must be a phone number with its country code')
}

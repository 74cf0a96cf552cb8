import type { TenantId } from '../core/ids.ts'
import { type Jid, jidKind, parsePhone, parseRecipient } from '../core/jid.ts'
import type { Gateway } from '../gateway.ts'

/** The country code that a number's leading 0 stands for in this tenant; not asked for where no number has one. */
async function countryCodeFor(
  gateway: Gateway,
  tenant: TenantId,
  texts: readonly string[],
): Promise<string | undefined> {
  const isNeeded = texts.some((text) => !text.includes('@') && /^\D*0/.test(text))
  return isNeeded ? (await gateway.access.getTenant(tenant)).countryCode : undefined
}

/** Numbers as clients write them, as digits with the country code; undefined where one is no phone number. */
export async function readPhones(
  gateway: Gateway,
  tenant: TenantId,
  texts: readonly string[],
): Promise<(string | undefined)[]> {
  const countryCode = await countryCodeFor(gateway, tenant, texts)
  return texts.map((text) => parsePhone(text.replace(/@.*$/s, ''), countryCode))
}

/** The person or group that a number or address names; undefined where it names none. */
export async function readChat(gateway: Gateway, tenant: TenantId, text: string): Promise<Jid | undefined> {
  const jid = parseRecipient(text, await countryCodeFor(gateway, tenant, [text]))
  const kind = jid && jidKind(jid)
  return kind === 'user' || kind === 'lid' || kind === 'group' ? jid : undefined
}

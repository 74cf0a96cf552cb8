/** Countries where one phone number is written in two ways, and WhatsApp knows it by one of them. */
const TWO_WAYS: readonly [from: RegExp, to: (...parts: string[]) => string][] = [
  // Brazil: mobile numbers got a ninth digit; older accounts are known without it.
  [/^55(\d{2})9(\d{8})$/, (_, area, rest) => `55${area}${rest}`],
  [/^55(\d{2})(\d{8})$/, (_, area, rest) => `55${area}9${rest}`],
  // Mexico: 1 after the country code.
  [/^521(\d{10})$/, (_, rest) => `52${rest}`],
  [/^52(\d{10})$/, (_, rest) => `521${rest}`],
  // Argentina: 9 after the country code.
  [/^549(\d{10})$/, (_, rest) => `54${rest}`],
  [/^54(\d{10})$/, (_, rest) => `549${rest}`],
]

/** The other way to write a number, undefined where there is none. */
export function otherSpelling(phone: string): string | undefined {
  const way = TWO_WAYS.find(([from]) => from.test(phone))
  if (!way) return undefined
  const [from, to] = way
  return phone.replace(from, to)
}

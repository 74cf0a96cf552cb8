/** Marks a text that is kept as it is. Encrypted forms have a mark of their own, so that both can be read. */
const PLAIN = 'v0.'

/**
 * What the store keeps of a secret that must be readable again. There is no key to encrypt with yet, so this is the
 * text itself with a mark; the file's own protection (mode 0600) is all there is.
 */
export function seal(secret: string): string {
  return PLAIN + secret
}

/** The secret of a sealed text. Throws for a form that this version does not know. */
export function unseal(sealed: string): string {
  if (!sealed.startsWith(PLAIN)) throw new Error('a secret was sealed in a form that is not known')
  return sealed.slice(PLAIN.length)
}

import { basename } from 'node:path/posix'

const MAX_LENGTH = 200
/** Control and formatting characters: a name with them shows as something else than it is. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/**
 * A file's name for people, of what somebody called it: the last part of a path, without hidden characters, at most
 * 200 characters with its extension kept. Null where nothing is left. It is never used as a path here.
 */
export function displayName(text: string | null | undefined): string | null {
  if (!text) return null
  const name = basename(text.replace(/\\/g, '/').replace(HIDDEN, '')).trim()
  if (/^\.*$/.test(name)) return null
  const letters = [...name]
  if (letters.length <= MAX_LENGTH) return name
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ''
  return letters.slice(0, MAX_LENGTH - extension.length).join('') + extension
}

/** The name that a URL gives a file: the last part of its path, decoded. */
export function nameInUrl(url: URL): string | null {
  try {
    return displayName(decodeURIComponent(basename(url.pathname)))
  } catch {
    return displayName(basename(url.pathname))
  }
}

/** The name in a Content-Disposition header (RFC 6266; RFC 8187 for the encoded form), null where there is none. */
export function nameInDisposition(header: string | undefined): string | null {
  if (!header) return null
  const encoded = /;\s*filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(header)?.[1]
  if (encoded !== undefined) {
    try {
      return displayName(decodeURIComponent(encoded))
    } catch {
      // Falls back to the plain form.
    }
  }
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header) ?? []
  return displayName(quoted?.replace(/\\(.)/g, '$1') ?? bare)
}

import { Kurir, ProblemError } from 'kurir-client'
import type { Me } from './types.ts'

/** The address of something of the gateway, wherever it is served from. */
export function addressOf(path: string): string {
  return new URL(path.replace(/^\//, ''), document.baseURI.split('#', 1)[0]).href
}

/** Shows that a call comes from this page; a form of another site cannot send it. */
const OWN = { 'x-kurir-dashboard': '1' }

/** The API, called with the browser's login. What is read is tried again by its query. */
export const kurir = new Kurir({ baseUrl: addressOf(''), headers: OWN, retries: 0 })

/** Who is logged in; null where nobody is. */
export async function readMe(): Promise<Me | null> {
  const response = await fetch(addressOf('/dashboard/me'))
  if (response.status === 401) return null
  if (!response.ok) throw await ProblemError.of(response)
  return (await response.json()) as Me
}

/** Opens a login with a key. Throws `ProblemError` where it is refused. */
export async function logIn(key: string): Promise<Me> {
  const headers = { ...OWN, 'content-type': 'application/json' }
  const response = await fetch(addressOf('/dashboard/login'), {
    method: 'POST',
    headers,
    body: JSON.stringify({ key }),
  })
  if (!response.ok) throw await ProblemError.of(response)
  return (await response.json()) as Me
}

/** Ends the login. */
export async function logOut(): Promise<void> {
  const response = await fetch(addressOf('/dashboard/logout'), { method: 'POST', headers: OWN })
  if (!response.ok) throw await ProblemError.of(response)
}

/** Puts values into a path of the page, encoded: `` path`/sessions/${id}` ``. */
export function path(texts: TemplateStringsArray, ...values: string[]): string {
  return texts.map((text, index) => text + encodeURIComponent(values[index] ?? '')).join('')
}

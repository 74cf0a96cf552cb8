import type { AuthenticationCreds, WASocket } from 'baileys'

/**
 * Baileys compares each change of the credentials with the account's name, and where the change does not mention it
 * sends a presence without name and type, which counts as `available`: the person's phone would stop ringing. So every
 * change mentions the account, and a new name is taken before it is compared.
 */
export function keepUnavailable({ ev }: WASocket, creds: AuthenticationCreds): void {
  const emit = ev.emit.bind(ev)
  ev.emit = (event, data) => {
    if (event !== 'creds.update') return emit(event, data)
    const change = data as Partial<AuthenticationCreds>
    if (change.me) creds.me = change.me
    const complete = creds.me ? { ...change, me: creds.me } : change
    return emit(event, complete as typeof data)
  }
}

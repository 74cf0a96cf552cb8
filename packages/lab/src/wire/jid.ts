/** Who an address names: `user` is digits (or a group's id), `device` 0 for a phone. */
export interface Jid {
  user: string
  device: number
  server: string
}

/** Splits `user:device@server`; `undefined` for anything else. An agent part (`user_agent`) is dropped. */
export function parseJid(jid: string | undefined): Jid | undefined {
  const at = jid?.indexOf('@') ?? -1
  if (jid === undefined || at < 0) return undefined
  const [user = '', device = '0'] = jid.slice(0, at).split(':')
  return { user: user.split('_')[0] ?? '', device: Number(device), server: jid.slice(at + 1) }
}

/** The address of a device by phone number; device 0 is written without a device part. */
export function pnJid(phone: string, device = 0): string {
  return device === 0 ? `${phone}@s.whatsapp.net` : `${phone}:${device}@s.whatsapp.net`
}

/** The address of a device by LID (the account's number that hides its phone number). */
export function lidJid(lid: string, device = 0): string {
  return device === 0 ? `${lid}@lid` : `${lid}:${device}@lid`
}

export function isGroup(jid: string | undefined): boolean {
  return jid?.endsWith('@g.us') ?? false
}

export function isLid(jid: string | undefined): boolean {
  return jid?.endsWith('@lid') ?? false
}

import { jidDecode, WAJIDDomains } from 'baileys'
import libsignal from 'libsignal'

/** One device of one person: how its session is named in the store, `<user>[_<domain>].<device>` as Baileys does. */
export interface SignalAddress {
  /** Key of its session. */
  readonly key: string
  readonly user: string
  readonly device: number
}

/** Throws for what is no device's address. */
export function signalAddress(jid: string): SignalAddress {
  const decoded = jidDecode(jid)
  if (!decoded?.user) throw new Error('not a device address')
  const { domainType, device = 0 } = decoded
  const user = domainType === WAJIDDomains.WHATSAPP ? decoded.user : `${decoded.user}_${domainType}`
  return { key: `${user}.${device}`, user, device }
}

/**
 * The address libsignal is given. It serves jobs of one address in one queue for the whole process, and in the first
 * caller's asynchronous context (trap T25), so the address names the gateway's session as well.
 */
export function cipherAddress(session: string, address: SignalAddress): libsignal.ProtocolAddress {
  return new libsignal.ProtocolAddress(`${session}|${address.user}`, address.device)
}

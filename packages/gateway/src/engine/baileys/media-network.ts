import { readFileSync } from 'node:fs'
import type { WASocket } from 'baileys'
import { type Dispatcher, Agent as UndiciAgent } from 'undici'
import type { Network } from './options.ts'

/** How WhatsApp's media servers are reached. */
export interface MediaNetwork {
  /** The server of files whose message does not name one that may be asked. */
  host: string
  /** Whether a host that a message names is a media server. The message is somebody else's: it may name any host. */
  trusts(hostname: string): boolean
  dispatcher?: Dispatcher
  /** PEM of the authority that signed a lab's certificates. */
  ca?: string
}

const HOST = 'mmg.whatsapp.net'
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** The server that WhatsApp names for files whose message names none. Rejects where it names none. */
export async function mediaHost(sock: Pick<WASocket, 'refreshMediaConn'>): Promise<string> {
  const { hosts } = await sock.refreshMediaConn(false)
  const [host] = hosts
  if (!host) throw new Error('the server named no media server')
  return host.hostname
}

/** The media servers of a network: WhatsApp's own domain, or those of a lab on this machine. */
export function mediaNetwork(network: Network): MediaNetwork {
  if (network.kind === 'whatsapp') {
    return { host: HOST, trusts: (hostname) => hostname.endsWith('.whatsapp.net') }
  }
  const trusts = (hostname: string) => LOOPBACK.has(hostname)
  if (!network.caFile) return { host: HOST, trusts }
  const ca = readFileSync(network.caFile, 'utf8')
  return { host: HOST, trusts, ca, dispatcher: new UndiciAgent({ connect: { ca } }) }
}

import { readFileSync } from 'node:fs'
import { type Agent, Agent as HttpsAgent } from 'node:https'
import { WA_CERT_DETAILS } from 'baileys'
import { Agent as UndiciAgent } from 'undici'
import type { Network } from './options.ts'

/** What of Baileys' configuration depends on the network dialled. */
export interface NetworkConfig {
  waWebSocketUrl?: string
  agent?: Agent
  fetchAgent?: Agent
  options?: RequestInit
}

let trusted: string | undefined

/**
 * The Noise root of a lab is trusted by the whole process, since Baileys keeps it there; a second, different one is
 * refused. Media servers of a lab are trusted by its own authority, for this engine alone.
 */
export function networkConfig(network: Network): NetworkConfig {
  const root = network.kind === 'lab' ? network.rootKey : 'whatsapp'
  if (trusted !== undefined && trusted !== root) {
    throw new Error('One process can trust one network: another engine here has dialled a different one')
  }
  trusted = root
  if (network.kind === 'whatsapp') return {}
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(network.rootKey, 'hex')
  if (!network.caFile) return { waWebSocketUrl: network.url }
  const ca = readFileSync(network.caFile, 'utf8')
  const dispatcher = new UndiciAgent({ connect: { ca } })
  return {
    waWebSocketUrl: network.url,
    fetchAgent: new HttpsAgent({ ca }),
    // Node's fetch knows `dispatcher`, the type of its options does not.
    options: { dispatcher } as { [option: string]: unknown },
  }
}

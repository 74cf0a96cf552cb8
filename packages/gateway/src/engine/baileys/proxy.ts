import { EventEmitter } from 'node:events'
import type { ClientRequest } from 'node:http'
import type { Agent } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { SocksProxyAgent } from 'socks-proxy-agent'
import { buildConnector, type Dispatcher, Agent as UndiciAgent } from 'undici'

/** How long a proxy may take to open the way to a server. Milliseconds. */
const TUNNEL_MS = 20_000

/** The two ways through one proxy. */
export interface ProxyRoute {
  /** For the WebSocket. */
  agent: Agent
  /** For files. */
  dispatcher: Dispatcher
}

export interface ProxyOptions {
  /** Finds the proxy's own address, and refuses one that may not be called; also asked about addresses. */
  lookup?: LookupFunction | undefined
  /** PEM of the authority that media servers are trusted by, besides the usual ones. */
  ca?: string | undefined
}

/** The agents that go through the proxy; nothing is dialled yet. Throws for a URL of another kind. */
export function proxyRoute(proxy: string, { lookup, ca }: ProxyOptions = {}): ProxyRoute {
  const url = new URL(proxy)
  const agent = agentOf(url, lookup)
  vetAddress(agent, url, lookup)
  const secure = buildConnector({ ...(ca === undefined ? {} : { ca }), timeout: TUNNEL_MS })
  const dispatcher = new UndiciAgent({
    connect: (options, callback) => {
      tunnel(agent, options).then(
        (httpSocket) => secure({ ...options, httpSocket }, callback),
        (error: Error) => callback(error, null),
      )
    },
  })
  // `ws` wants an agent of node:http, Baileys' types one of node:https.
  return { agent: agent as unknown as Agent, dispatcher }
}

type ProxyAgent = HttpsProxyAgent<string> | SocksProxyAgent

function agentOf(url: URL, lookup: LookupFunction | undefined): ProxyAgent {
  const own = lookup ? { lookup } : {}
  if (url.protocol === 'http:' || url.protocol === 'https:') return new HttpsProxyAgent(url, own)
  if (url.protocol !== 'socks5:') throw new Error('not a proxy')
  // `socks5h` has the proxy resolve names: asking here would tell this network's resolver, and needs one.
  return new SocksProxyAgent(url.href.replace(/^socks5:/, 'socks5h:'), { timeout: TUNNEL_MS, socketOptions: own })
}

/** Sockets look names up and take addresses as they are: those are put before `lookup` here. */
function vetAddress(agent: ProxyAgent, { hostname }: URL, lookup: LookupFunction | undefined): void {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (!lookup || isIP(host) === 0) return
  const connect = agent.connect.bind(agent)
  agent.connect = async (...args) => {
    await new Promise<void>((resolve, reject) => lookup(host, {}, (error) => (error ? reject(error) : resolve())))
    return connect(...args)
  }
}

/** A raw connection to the server behind the proxy. */
async function tunnel(agent: ProxyAgent, { hostname, port, protocol }: buildConnector.Options): Promise<Socket> {
  const target = { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) }
  const request = Object.assign(new EventEmitter(), { destroy: () => undefined })
  const refused = Promise.withResolvers<never>()
  refused.promise.catch(() => {})
  request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    if (statusCode !== 200) refused.reject(new Error(`the proxy answered ${statusCode}`))
  })
  const made = agent.connect(request as unknown as ClientRequest, { ...target, secureEndpoint: false })
  made.catch(() => {})
  return Promise.race([refused.promise, made])
}

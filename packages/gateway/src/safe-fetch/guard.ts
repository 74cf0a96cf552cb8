import ipaddr from 'ipaddr.js'
import { SafeFetchError } from './errors.ts'

/** What may be called. With nothing set: the public internet on ports 80 and 443. */
export interface FetchPolicy {
  /** Networks that are allowed although they are not public: `10.0.0.0/8`, `fd00::/8`, one address. */
  allow?: readonly string[]
  /** Whether 127.0.0.0/8 and ::1 are allowed. */
  allowLoopback?: boolean
  /** Ports beside 80 and 443. */
  ports?: readonly number[] | 'any'
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = [Address, number]

/** Looks public but answers inside one cloud's machines only (its metadata and DNS service). */
const INSIDE_THOUGH_PUBLIC: Network = ipaddr.parseCIDR('168.63.129.16/32')
/** All of the IPv6 space that is handed out as public addresses (RFC 4291, 2.4 and IANA's registry). */
const GLOBAL_IPV6: Network = ipaddr.parseCIDR('2000::/3')
/** RFC 6761, RFC 6762, RFC 8375, and `internal` as reserved by ICANN. */
const INSIDE_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/
/** A URL parser silently drops some of these, so that what is checked is not what was written. */
const HIDDEN_CHARACTER = /[\p{Cc}\p{Cf}\p{Z}\\]/u
const URL_LIMIT = 2048
const PROXY_SCHEMES = new Set(['http:', 'https:', 'socks5:'])

/**
 * Tells which URLs and addresses may be called. The URL's check needs no network and is for the time of writing
 * one down; every address is checked again when a connection is made.
 */
export class UrlGuard {
  readonly #allow: Network[]
  readonly #allowLoopback: boolean
  readonly #ports: ReadonlySet<number> | 'any'

  /** Throws where `allow` holds something that is no network. */
  constructor(policy: FetchPolicy = {}) {
    this.#allow = (policy.allow ?? []).map(parseNetwork)
    this.#allowLoopback = policy.allowLoopback ?? false
    this.#ports = policy.ports === 'any' ? 'any' : new Set([80, 443, ...(policy.ports ?? [])])
  }

  /** Reads a URL and checks all that can be told without asking the network; throws `SafeFetchError`. */
  checkUrl(text: string): URL {
    if (text.length > URL_LIMIT || HIDDEN_CHARACTER.test(text) || !URL.canParse(text)) {
      throw new SafeFetchError('invalid_url')
    }
    const url = new URL(text)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new SafeFetchError('scheme_not_allowed')
    if (!/^https?:\/\/[^/]/i.test(text)) throw new SafeFetchError('invalid_url')
    if (url.username || url.password) throw new SafeFetchError('credentials_not_allowed')
    if (!this.#allowsPort(url)) throw new SafeFetchError('port_not_allowed')
    this.#checkHost(url.hostname)
    return url
  }

  /** Reads the URL of a proxy: any port, with user name and password where it wants them; throws `SafeFetchError`. */
  checkProxyUrl(text: string): URL {
    if (text.length > URL_LIMIT || HIDDEN_CHARACTER.test(text) || !URL.canParse(text)) {
      throw new SafeFetchError('invalid_url')
    }
    const url = new URL(text)
    if (!PROXY_SCHEMES.has(url.protocol)) throw new SafeFetchError('proxy_scheme_not_allowed')
    if (!/^[a-z0-9]+:\/\/[^/]/i.test(text) || !/^\/?$/.test(url.pathname) || url.search || url.hash) {
      throw new SafeFetchError('invalid_url')
    }
    if (!canDecode(url.username) || !canDecode(url.password)) throw new SafeFetchError('invalid_url')
    // Only http and https URLs are read so that 0x7f.1 becomes the address that it stands for.
    const asHttp = `http://${url.host}`
    if (!URL.canParse(asHttp)) throw new SafeFetchError('invalid_url')
    const { hostname } = new URL(asHttp)
    this.#checkHost(hostname)
    url.hostname = hostname
    return url
  }

  /** Whether a connection to this address may be made; false for text that is no address. */
  allowsAddress(text: string): boolean {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    if (this.#allow.some((network) => contains(network, address))) return true
    if (this.#allowLoopback && address.range() === 'loopback') return true
    if (address.range() !== 'unicast' || contains(INSIDE_THOUGH_PUBLIC, address)) return false
    return address.kind() === 'ipv4' || contains(GLOBAL_IPV6, address)
  }

  #allowsPort(url: URL): boolean {
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
    return this.#ports === 'any' || this.#ports.has(port)
  }

  #checkHost(hostname: string): void {
    const host = hostname.replace(/^\[|\]$|\.$/g, '')
    if (host === '') throw new SafeFetchError('invalid_url')
    if (ipaddr.isValid(host)) {
      if (!this.allowsAddress(host)) throw new SafeFetchError('address_not_allowed')
      return
    }
    const isLoopbackName = /(^|\.)localhost$/.test(host)
    const isInside = INSIDE_NAME.test(host) || !host.includes('.')
    const mayBeAllowed = this.#allow.length > 0 || (this.#allowLoopback && isLoopbackName)
    if (isInside && !mayBeAllowed) throw new SafeFetchError('host_not_allowed')
  }
}

function canDecode(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false
  }
}

function parseNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function contains([network, bits]: Network, address: Address): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits)
  return network instanceof ipaddr.IPv6 && address.match(network, bits)
}

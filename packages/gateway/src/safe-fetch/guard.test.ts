import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FetchFailure, SafeFetchError } from './errors.ts'
import { type FetchPolicy, UrlGuard } from './guard.ts'
import { REFUSED_URLS } from './test/refused-urls.ts'

function verdict(url: string, policy: FetchPolicy = {}): FetchFailure | 'allowed' {
  try {
    new UrlGuard(policy).checkUrl(url)
    return 'allowed'
  } catch (error) {
    if (error instanceof SafeFetchError) return error.reason
    throw error
  }
}

describe('checkUrl', () => {
  it.each([
    'https://example.com/hook',
    'http://example.com',
    'https://example.com:443/a?b=c#d',
    'http://example.com:80/',
    'https://93.184.215.14/hook',
    'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/hook',
    'https://bücher.example/hook',
    'https://example.com./hook',
    'HTTPS://EXAMPLE.COM/HOOK',
    'https://local.example.com/',
    'https://internal.example.com/',
  ])('allows %s', (url) => {
    expect(verdict(url)).toBe('allowed')
  })

  it('refuses every form of an inside address that needs no name server', () => {
    expect(REFUSED_URLS.length).toBeGreaterThanOrEqual(80)
    const wrong = REFUSED_URLS.filter(([url, reason]) => verdict(url(80)) !== reason).map(([url]) => url(80))
    expect(wrong).toEqual([])
  })

  it.each([
    ['https://user@example.com/', 'credentials_not_allowed'],
    ['https://user:password@example.com/', 'credentials_not_allowed'],
    ['https://:password@example.com/', 'credentials_not_allowed'],
    ['https://example.com@127.0.0.1/', 'credentials_not_allowed'],
    ['https://example.com:8443/', 'port_not_allowed'],
    ['http://example.com:22/', 'port_not_allowed'],
    ['file:///etc/passwd', 'scheme_not_allowed'],
    ['ftp://example.com/', 'scheme_not_allowed'],
    ['gopher://example.com/', 'scheme_not_allowed'],
    ['data:text/plain,hello', 'scheme_not_allowed'],
    ['javascript:alert(1)', 'scheme_not_allowed'],
    ['unix:/var/run/docker.sock', 'scheme_not_allowed'],
    ['example.com/hook', 'invalid_url'],
    ['', 'invalid_url'],
    ['https://', 'invalid_url'],
    ['https:///example.com', 'invalid_url'],
    ['https:example.com', 'invalid_url'],
    ['https:\\\\example.com', 'invalid_url'],
    ['https://exam\nple.com/', 'invalid_url'],
    ['https://exam\tple.com/', 'invalid_url'],
    [' https://example.com/', 'invalid_url'],
    ['https://example.com/\u0000', 'invalid_url'],
    ['https://exam\u200bple.com/', 'invalid_url'],
    ['https://example.com:99999/', 'invalid_url'],
    [`https://example.com/${'a'.repeat(2048)}`, 'invalid_url'],
    ['https://intranet/', 'host_not_allowed'],
  ] as const)('refuses %j: %s', (url, reason) => {
    expect(verdict(url)).toBe(reason)
  })

  it('allows listed ports, networks, names of allowed networks and loopback, and no more', () => {
    expect(verdict('https://example.com:8443/', { ports: [8443] })).toBe('allowed')
    expect(verdict('https://example.com:8444/', { ports: [8443] })).toBe('port_not_allowed')
    expect(verdict('http://example.com:1/', { ports: 'any' })).toBe('allowed')
    const office = { allow: ['10.1.0.0/16', 'fd00:1::/32', '192.168.7.7'] }
    expect(verdict('http://10.1.2.3/', office)).toBe('allowed')
    expect(verdict('http://[::ffff:10.1.2.3]/', office)).toBe('allowed')
    expect(verdict('http://[fd00:1::5]/', office)).toBe('allowed')
    expect(verdict('http://192.168.7.7/', office)).toBe('allowed')
    expect(verdict('http://192.168.7.8/', office)).toBe('address_not_allowed')
    expect(verdict('http://10.2.0.1/', office)).toBe('address_not_allowed')
    expect(verdict('http://127.0.0.1/', office)).toBe('address_not_allowed')
    expect(verdict('http://n8n/', office)).toBe('allowed')
    const sandbox: FetchPolicy = { allowLoopback: true, ports: 'any' }
    expect(verdict('http://127.0.0.1:5678/', sandbox)).toBe('allowed')
    expect(verdict('http://[::1]:5678/', sandbox)).toBe('allowed')
    expect(verdict('http://localhost:5678/', sandbox)).toBe('allowed')
    expect(verdict('http://10.0.0.1:5678/', sandbox)).toBe('address_not_allowed')
    expect(verdict('http://n8n:5678/', sandbox)).toBe('host_not_allowed')
  })

  it('refuses to begin with a network that is none', () => {
    expect(() => new UrlGuard({ allow: ['10.0.0.0/99'] })).toThrow()
    expect(() => new UrlGuard({ allow: ['inside'] })).toThrow()
  })
})

describe('an IPv4 address', () => {
  /** Ways to write the same 32 bits; the last ones as an IPv6 address that stands for it. */
  const forms: ((bits: number) => string)[] = [
    (bits) => String(bits),
    (bits) => `0x${bits.toString(16)}`,
    (bits) => `0${bits.toString(8)}`,
    (bits) => octets(bits).join('.'),
    (bits) =>
      octets(bits)
        .map((octet) => `0x${octet.toString(16)}`)
        .join('.'),
    (bits) =>
      octets(bits)
        .map((octet) => `0${octet.toString(8)}`)
        .join('.'),
    (bits) => `${bits >>> 24}.${bits & 0xffffff}`,
    (bits) => `${octets(bits).join('.')}.`,
    (bits) => `[::ffff:${octets(bits).join('.')}]`,
  ]
  const octets = (bits: number) => [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255]

  it('gets one verdict, however it is written', () => {
    const guard = new UrlGuard()
    const bits = fc.oneof(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffffff }).map((rest) => 0x7f000000 + rest),
      fc.integer({ min: 0, max: 0xffff }).map((rest) => 0xc0a80000 + rest),
      fc.integer({ min: 0, max: 0xffff }).map((rest) => 0xa9fe0000 + rest),
    )
    fc.assert(
      fc.property(bits, (address) => {
        const expected = guard.allowsAddress(octets(address).join('.')) ? 'allowed' : 'address_not_allowed'
        for (const form of forms) expect(verdict(`http://${form(address)}/`)).toBe(expected)
      }),
    )
  })
})

describe('allowsAddress', () => {
  const guard = new UrlGuard()

  it.each(['8.8.8.8', '1.1.1.1', '93.184.215.14', '2606:4700::1111', '2a00:1450:4001::5'])('allows %s', (address) => {
    expect(guard.allowsAddress(address)).toBe(true)
  })

  it.each([
    ['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254'],
    ['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.168.0.1', '192.88.99.1', '198.18.0.1'],
    ['203.0.113.5', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
    ['::', '::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::7f00:1', '::ffff:0:7f00:1', '64:ff9b::7f00:1'],
    ['64:ff9b:1::a00:1', '2002:7f00:1::', '2002:a00:1::1', '2001:0:7f00:1::', '2001:db8::1', '3fff::1', '100::1'],
    ['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '5f00::1', '4000::1', 'e000::1'],
    ['', 'localhost', '127.0.0.1:80', '1.2.3.4/32', 'example.com'],
  ])('refuses %s and its like', (...addresses) => {
    expect(addresses.filter((address) => guard.allowsAddress(address))).toEqual([])
  })
})

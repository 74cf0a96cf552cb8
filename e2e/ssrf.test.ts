import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabApp } from '../packages/gateway/src/dialects/test/lab-app.ts'
import { REFUSED_URLS } from '../packages/gateway/src/safe-fetch/test/refused-urls.ts'
import { eventually } from './support/api.ts'
import { Canaries } from './support/canaries.ts'
import { URL_ENTRY_POINTS, type UrlEntryPoint, type UrlWorld } from './support/url-entry-points.ts'

const SHOP = '6281210000009'
const BUDI = '6281310000009'
/** Stands for the public internet: an address of this machine that the second gateway may call. */
const PUBLIC = '127.0.0.2'
/** A PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
/** What tells of the inside: addresses, names of system calls and their faults. */
const INSIDE = /127\.0\.0|::1|169\.254|localhost|ECONN|EHOST|ENET|ENOTFOUND|getaddrinfo|secret/i

/** What a call that was made and failed is told: where no canary could take a port, this tells of the attempt. */
const TRIED = /connection failed|complete answer|certificate|not valid HTTP|answered with status/i

let canaries: Canaries
beforeAll(async () => {
  canaries = await Canaries.open([80, 443, 8080])
})
afterAll(() => canaries?.close())

/** Automatic replies to one person in a minute, less one for the text after them. */
const MOST_FILES = 19

/** Where addresses of the inside are allowed at all, names are looked up: of those, the ones that need no name server. */
function isDecidedHere([url, reason]: (typeof REFUSED_URLS)[number]): boolean {
  return reason !== 'host_not_allowed' || /^http:..localhost\.?:/i.test(url(80))
}

/** Whether a redirect to it leaves the site: some spellings are paths there. */
function leadsAway(url: string): boolean {
  const site = 'http://site.example'
  return !URL.canParse(encodeURI(url), site) || new URL(encodeURI(url), site).origin !== site
}

/** A gateway over the lab with all that the entry points name. `url` is one that rules and webhooks may have. */
async function populate(app: LabApp, url: string): Promise<UrlWorld> {
  await app.phone(BUDI, 'Budi')
  await app.paired('shop', SHOP)
  const group = await app.control<{ id: string }>('POST', '/groups', {
    ...{ name: 'Toko', owner: BUDI, participants: [SHOP] },
  })
  const { id: resting } = await app.native<{ id: string }>('POST', '/v1/sessions', { id: 'resting' })
  await app.native('POST', '/v1/sessions/resting/stop')
  const webhook = await app.native<{ id: string }>('POST', '/v1/webhooks', { url, events: ['call.received'] })
  const action = { type: 'reply', messages: [{ type: 'text', text: 'Hi' }] }
  const rule = await app.native<{ id: string }>('POST', '/v1/sessions/shop/rules', { keyword: 'old', action })
  const scopes = ['manage', 'send', 'read']
  const { key } = await app.native<{ key: string }>('POST', '/v1/keys', { name: 'test', scopes })
  const [blazwa, chatbot, bots] = await Promise.all(
    ['blazwa', 'chatbot', 'bots'].map((dialect) => app.credential(dialect, 'shop')),
  )
  const pair = { session_id: bots?.session_id ?? '', access_token: bots?.access_token ?? '' }
  return {
    ...{ url: app.url, session: 'shop', resting, contact: BUDI, group: group.id, webhook: webhook.id, rule: rule.id },
    keys: { native: key, blazwa: blazwa?.key ?? '', chatbot: chatbot?.key ?? '', bots: pair },
  }
}

async function ask(entry: UrlEntryPoint, url: string, world: UrlWorld): Promise<{ status: number; text: string }> {
  const response = await fetch(world.url + entry.path(world), {
    method: entry.method,
    headers: { ...entry.headers(world), 'content-type': 'application/json' },
    body: JSON.stringify(entry.body(url, world)),
  })
  return { status: response.status, text: await response.text() }
}

/** Asks for every URL, some at a time, and answers what was not refused as it should be. */
async function notRefused(entry: UrlEntryPoint, urls: readonly string[], world: UrlWorld): Promise<string[]> {
  const wrong: string[] = []
  const waiting = [...urls]
  const work = async () => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
      const { status, text } = await ask(entry, url, world)
      if (status !== 400 || INSIDE.test(text) || TRIED.test(text)) wrong.push(`${url} was answered ${status}: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: 4 }, work))
  return wrong
}

/** How many messages the session sent. */
async function sentCount(app: LabApp): Promise<number> {
  return (await app.shown(BUDI)).filter(({ from }) => from === SHOP).length
}

test('the list has 80 spellings and more, and canaries tell when they are touched', async ({ annotate }) => {
  await annotate(`canaries at ${canaries.addresses.join(', ')}`)
  expect(REFUSED_URLS.length).toBeGreaterThan(80)
  const probe = await Canaries.open()
  await once(connect(probe.port, '127.0.0.1').resume(), 'close')
  expect(probe.touched).toEqual([`127.0.0.1 ${probe.port}`])
  await probe.close()
})

describe('no private address allowed', () => {
  let app: LabApp
  let world: UrlWorld
  beforeAll(async () => {
    app = await LabApp.start({ KURIR_ALLOW_PRIVATE_URLS: 'off' })
    world = await populate(app, 'https://example.com/hook')
  })
  afterAll(() => app?.close())

  // Port 80 is one of the two that may be called without more, so that the address alone is what is refused.
  const urls = REFUSED_URLS.map(([url]) => url(80))

  test.each(URL_ENTRY_POINTS)('$name', async (entry) => {
    const others = canaries.addresses.map((address) => {
      const [host = '', port = ''] = address.split(' ')
      return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
    })
    expect(await notRefused(entry, [...urls, ...others], world)).toEqual([])
    expect(canaries.touched).toEqual([])
    expect(await sentCount(app)).toBe(0)
  })
})

describe('one address allowed, every port', () => {
  let app: LabApp
  let world: UrlWorld
  let site: Server
  let origin = ''
  let forbidden: string[] = []
  /** What the site was asked. */
  const asked: string[] = []
  /** The files that the site's next answer to a rule's question names. */
  let files: string[] = []

  beforeAll(async () => {
    site = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site')
      asked.push(pathname)
      const to = searchParams.get('to')
      request.resume()
      if (to !== null) return response.writeHead(307, { location: encodeURI(to) }).end()
      if (pathname !== '/rule') return response.writeHead(200, { 'content-type': 'image/png' }).end(PNG)
      const replies = files.map((content) => ({ type: 'image', content }))
      const body = { success: true, message: [...replies, { type: 'message', content: 'end' }] }
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await once(site.listen(0, PUBLIC), 'listening')
    origin = `http://${PUBLIC}:${(site.address() as AddressInfo).port}`
    forbidden = REFUSED_URLS.filter(isDecidedHere).map(([url]) => url(canaries.port))
    app = await LabApp.start({ KURIR_ALLOW_PRIVATE_URLS: `${PUBLIC}/32` })
    world = await populate(app, `${origin}/hook`)
  })
  afterAll(async () => {
    await app?.close()
    site.closeAllConnections()
    await new Promise((resolve) => site.close(resolve))
  })

  test.each(URL_ENTRY_POINTS.filter(({ fetches }) => fetches))('$name, redirected to the inside', async (entry) => {
    const urls = forbidden.filter(leadsAway).map((url) => `${origin}/file?to=${encodeURIComponent(url)}`)
    expect(urls.length).toBeGreaterThan(80)
    const before = asked.length
    expect(await notRefused(entry, urls, world)).toEqual([])
    expect(asked).toHaveLength(before + urls.length)
    expect(canaries.touched).toEqual([])
    expect(await sentCount(app)).toBe(0)
  })

  test('a webhook that redirects to the inside is not followed', async () => {
    const url = `${origin}/hook?to=${encodeURIComponent(forbidden[0] ?? '')}`
    const { id } = await app.native<{ id: string }>('POST', '/v1/webhooks', { url, events: ['call.received'] })
    const outcome = await app.native('POST', `/v1/webhooks/${id}/test`)
    expect(outcome).toMatchObject({ delivered: false, status: 307 })
    expect(canaries.touched).toEqual([])
  })

  test('files that a rule’s webhook names are not fetched from the inside; what it says besides is sent', async () => {
    const action = { type: 'webhook', url: `${origin}/rule` }
    await app.native('POST', '/v1/sessions/shop/rules', { keyword: 'files', action })
    for (let from = 0; from < forbidden.length; from += MOST_FILES) {
      files = forbidden.slice(from, from + MOST_FILES)
      const person = `62813100020${from + 10}`
      await app.phone(person)
      await app.control('POST', `/phones/${person}/messages`, { to: SHOP, text: 'files' })
      const shown = await eventually('the text after the files', async () => {
        const rows = (await app.shown(person)).filter((row) => row.from === SHOP)
        return rows.length > 0 && rows
      })
      expect(shown).toMatchObject([{ type: 'text', text: 'end' }])
    }
    expect(canaries.touched).toEqual([])
  })

  test.each(URL_ENTRY_POINTS)('$name: a URL of the outside is taken, and called where it is for now', async (entry) => {
    const before = asked.length
    const url = entry.name.includes('proxy') ? origin : `${origin}/file`
    const { status, text } = await ask(entry, url, world)
    expect(status, text).toBeLessThan(300)
    if (entry.fetches) expect(asked.length).toBeGreaterThan(before)
  })
})

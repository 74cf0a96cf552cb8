import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chooseDialects } from '../../dialects/table.ts'
import { HttpRig } from '../test/http-rig.ts'

/** Debian's, which a machine may not have: then this is skipped. */
const CHROMIUM = '/usr/bin/chromium'

let rig: HttpRig
let browser: Browser | undefined
beforeAll(async () => {
  rig = await HttpRig.open({ dialects: chooseDialects(['sessions']), config: { basePath: '/wa' } })
  if (existsSync(CHROMIUM)) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  await rig.close()
})

test.skipIf(!existsSync(CHROMIUM))(
  'the page shows every API, tries a call, and asks nothing of anybody else',
  async () => {
    const page = await browser!.newPage()
    page.setDefaultTimeout(20_000)
    const faults: string[] = []
    const hosts = new Set<string>()
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).origin)
    })
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      // That the call without a key is refused is what it shows.
      if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text())
    })
    await page.goto(`${rig.url}/docs`)
    expect(page.url()).toMatch(new RegExp(`^${rig.url}/docs/`))
    await page.getByRole('heading', { name: 'Kurir', exact: true }).waitFor()
    await page.getByText('List keys').first().waitFor()

    await page
      .getByRole('button', { name: /Test Request/ })
      .first()
      .click()
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: /^Send/ }).first().click()
    expect((await answered).url()).toBe(`${rig.url}/v1/keys`)

    expect(faults).toEqual([])
    expect([...hosts]).toEqual([new URL(rig.url).origin])
  },
)

test('its parts are there for clients of every kind, and only the page has its own policy', async () => {
  const page = await rig.call('GET', '/docs/', { key: null })
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toMatch(/unsafe-eval|https?:/)
  const plain = await rig.call('GET', '/docs/scalar.js', { key: null, headers: { 'accept-encoding': 'identity' } })
  expect(plain.text).toContain('createApiReference')
  expect(plain.headers.get('content-encoding')).toBeNull()
  const dialect = await rig.call('GET', '/docs/sessions.json', { key: null })
  expect(dialect.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(dialect.body).toMatchObject({ openapi: '3.1.0', servers: [{ url: rig.url }] })
  expect((await rig.call('GET', '/docs/bots.json', { key: null })).status).toBe(404)
})

import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { closed, connect, control, memoryAuth, next, opened } from './baileys-client.ts'

const CHROMIUM = '/usr/bin/chromium'
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
const OFFLINE = ['--disable-background-networking', '--disable-component-update']
const SHOTS = fileURLToPath(new URL('../../../screenshots/', import.meta.url))
const [ANI, BUDI] = ['6281200000001', '6281200000002']

/** What a person may be called, or write, and a page must never run. */
const NASTY = '<img src=x onerror="document.title=\'owned\'">'

describe.skipIf(!existsSync(CHROMIUM))('the phone as a page (needs Chromium at /usr/bin/chromium)', () => {
  let lab: Lab
  let browser: Browser
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    lab = await startLab({ seed: 'page' })
    await control(lab, 'POST', '/phones', { phone: ANI, name: 'Ani' })
    await control(lab, 'POST', '/phones', { phone: BUDI, name: `Budi ${NASTY}` })
    mkdirSync(SHOTS, { recursive: true })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...OFFLINE] })
    page = await browser.newPage({ viewport: { width: 420, height: 720 } })
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  })
  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  test('shows what arrives, reads it, and answers with a quote', async () => {
    await page.goto(`${lab.url}/phone?phone=${ANI}`)
    await page.getByText('No messages yet').waitFor()
    await control(lab, 'POST', `/phones/${BUDI}/messages`, { to: ANI, text: `Halo ${NASTY}` })
    await page.getByRole('button', { name: 'Budi' }).click()
    await page.getByRole('button', { name: 'Reply' }).click()
    await page.getByLabel('Message', { exact: true }).fill('Halo juga')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.locator('.bubble.mine').getByText('Halo juga').waitFor()
    expect(await control(lab, 'GET', `/phones/${BUDI}/messages`)).toMatchObject({
      messages: [{ text: 'Halo juga', quoted: { text: `Halo ${NASTY}` } }],
    })
    expect(await page.title()).toBe('Virtual phone')
    await page.screenshot({ path: `${SHOTS}phone-thread.png` })
  })

  test('links a device whose QR text the address carries, by a click', async () => {
    const auth = memoryAuth()
    const first = connect(lab, auth)
    const end = closed(first)
    const qr = await next(first, 'connection.update', (update) => update.qr)
    await page.goto(`${lab.url}/phone?phone=${BUDI}#scan=${encodeURIComponent(qr)}`)
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('With the phone of').selectOption(ANI)
    await page.screenshot({ path: `${SHOTS}phone-scan.png` })
    await page.getByRole('button', { name: 'Scan' }).click()
    expect(await end).toBe(515)
    const sock = connect(lab, auth)
    await opened(sock)
    expect(await control(lab, 'GET', `/phones/${ANI}`)).toMatchObject({ devices: [{ connected: true }] })
    sock.end(undefined)
  })

  test('sends files, makes phones, and runs nothing that people wrote', async () => {
    await page.goto(`${lab.url}/phone?phone=${BUDI}`)
    await page.getByRole('button', { name: 'Ani' }).click()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'daftar.txt', mimeType: 'text/plain', buffer: Buffer.from('satu') })
    await page.locator('.bubble.mine').getByText('File: daftar.txt').waitFor()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('button', { name: 'New phone' }).click()
    await page.getByLabel('Number').fill('6281200000009')
    await page.getByLabel('Name').fill('Citra')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('combobox', { name: 'Whose phone' }).getByText('Citra').waitFor({ state: 'attached' })
    expect(await control(lab, 'GET', '/phones/6281200000009')).toMatchObject({ name: 'Citra' })
    expect(faults).toEqual([])
  })
})

test('the page comes with a policy that runs no foreign script', async () => {
  const lab = await startLab({ seed: 'policy' })
  const response = await fetch(`${lab.url}/phone`)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(response.headers.get('content-type')).toContain('text/html')
  const front = await fetch(lab.url, { headers: { accept: 'text/html' } })
  expect(front.url).toBe(`${lab.url}/phone`)
  expect((await fetch(`${lab.url}/phone/%2e%2e/package.json`)).status).toBe(404)
  await lab.close()
})

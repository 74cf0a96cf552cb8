import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json } from '../support/api.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { Browser, CHROMIUM, logIn, NEEDS_CHROMIUM, takePictures } from './support/browser.ts'
import { XSS_CORPUS } from './support/xss-corpus.ts'

/** Tells of what ran, and of what the page's policy had to stop. */
const WATCH = `
  window.found = []
  window.xss = () => window.found.push('executed')
  for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => window.found.push(name)
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    window.found.push(violatedDirective + ' ' + blockedURI))
`
/** A contact's card that has the text in every place where a phone could put one. */
function cardOf(text: string): string {
  const escaped = text.replace(/[\\;,]/g, '\\$&')
  return [
    ...['BEGIN:VCARD', 'VERSION:3.0', `N:;${escaped};;;`, `FN:${escaped}`, `ORG:Organization: ${escaped}`],
    ...[`TEL;type=${text};waid=6281390009999:${text}`, `TEL;type=CELL:${text}`, `NOTE:${text}`, `URL:${text}`],
    ...[`PHOTO;VALUE=uri:${text}`, `${text}:${text}`, 'END:VCARD'],
  ].join('\n')
}

const GROUPS = 40
const PEOPLE = 150

describe.skipIf(!CHROMIUM)(`the dashboard shows what strangers write as text alone${NEEDS_CHROMIUM}`, () => {
  let sandbox: RunningSandbox
  let browser: Browser
  let page: Page
  let events: Page
  const strayed: string[] = []

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await Browser.open()
    await browser.context.addInitScript(WATCH)
    page = await browser.page()
    const { gateway, keys } = sandbox.contract
    browser.context.on('request', (request) => {
      if (!request.url().startsWith(gateway) && !/^(data|blob):/.test(request.url())) strayed.push(request.url())
    })
    await logIn(page, gateway, keys.admin)
    events = await browser.page()
    await events.goto(`${gateway}/#/events`)
    await events.getByText('Listening …').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })

  const lab = <Answer>(method: string, path: string, body: unknown) =>
    json<Answer>(method, sandbox.contract.lab + path, { body })
  const send = (phone: string, content: object) => lab('POST', `/phones/${phone}/messages`, content)
  const found = async () => [await page.evaluate('window.found'), await events.evaluate('window.found'), strayed]

  /** Waits until the session has so many messages of a chat, and opens it. */
  async function openChat(chat: string): Promise<void> {
    const { gateway, session } = sandbox.contract
    await page.goto(`${gateway}/#/chats/${session}/${encodeURIComponent(chat)}`)
  }

  test('what is watched for would be seen', async () => {
    const careless = await browser.page()
    await careless.goto(sandbox.contract.gateway)
    await careless.evaluate("document.body.innerHTML = '<img src=x onerror=xss()>'")
    await expect.poll(() => careless.evaluate('window.found.length')).toBeGreaterThan(0)
    await careless.close()
    browser.faults.length = 0
  })

  test('the corpus is one', () => {
    expect(new Set(XSS_CORPUS).size).toBe(200)
  })

  test('texts, file names and contacts', async () => {
    const { phone } = sandbox.contract
    const [texts, files, cards, raw] = ['6281390000001', '6281390000002', '6281390000003', '6281390000004'] as const
    for (const writer of [texts, files, cards, raw])
      await lab('POST', '/phones', { phone: writer, name: `<b>${writer}</b>` })
    for (const text of XSS_CORPUS) await send(texts, { to: phone, text })
    const base64 = Buffer.from('<script>xss()</script>').toString('base64')
    for (const fileName of XSS_CORPUS) {
      await send(files, { to: phone, document: { base64, mimetype: 'text/html', fileName } })
    }
    for (let from = 0; from < 200; from += 20) {
      const contacts = XSS_CORPUS.slice(from, from + 20).map((name) => ({ name, phone: texts }))
      await send(cards, { to: phone, contacts })
    }
    for (const text of XSS_CORPUS)
      await send(raw, { to: phone, contact: { name: text, phone: texts, vcard: cardOf(text) } })
    for (const [chat, count] of [
      [texts, 200],
      [files, 200],
      [cards, 10],
      [raw, 200],
    ] as const) {
      await openChat(chat)
      if (count > 50) await page.getByRole('button', { name: 'Earlier messages' }).click({ timeout: 30_000 })
      await expect.poll(() => page.getByRole('article').count(), { timeout: 30_000 }).toBe(count)
      const shown = await page.getByRole('log').innerText()
      const missing = XSS_CORPUS.filter((text) => !shown.includes(text.replace(/\s+$/, '')))
      expect(missing, chat).toEqual([])
    }
    expect(await found()).toEqual([[], [], []])
  })

  test('a card as it came, on the page of its message', async () => {
    const article = page.getByRole('article').filter({ hasText: '+6281390009999' }).last()
    await expect.poll(() => page.getByText('Organization: <script>xss()</script>', { exact: true }).count()).toBe(1)
    await article.getByRole('link').click()
    await page.getByText('JSON').click()
    await page.getByText('BEGIN:VCARD').first().waitFor()
    expect(await found()).toEqual([[], [], []])
  })

  test('names of people and subjects of groups', async () => {
    const { phone, gateway, session } = sandbox.contract
    const [writer = ''] = sandbox.contract.contacts.map((contact) => contact.phone)
    for (const [index, name] of XSS_CORPUS.slice(0, PEOPLE).entries()) {
      const person = `62814${String(10_000_000 + index)}`
      await lab('POST', '/phones', { phone: person, name })
      await send(person, { to: phone, text: 'hi' })
    }
    for (const subject of XSS_CORPUS.slice(-GROUPS)) {
      const { id } = await lab<{ id: string }>('POST', '/groups', {
        name: subject,
        owner: writer,
        participants: [phone],
      })
      await send(writer, { to: id, text: subject })
    }
    await page.goto(`${gateway}/#/chats/${session}`)
    const list = page.getByRole('navigation', { name: 'Conversations' })
    const names = () => list.locator('strong').allInnerTexts()
    const wanted = [...XSS_CORPUS.slice(0, PEOPLE), ...XSS_CORPUS.slice(-GROUPS)].map((text) => text.trim())
    await expect
      .poll(
        async () => {
          const shown = (await names()).map((text) => text.trim())
          return wanted.filter((text) => !shown.includes(text))
        },
        { timeout: 40_000 },
      )
      .toEqual([])
    await takePictures(page, 'chats-hostile')
    expect(await found()).toEqual([[], [], []])
    expect(browser.faults).toEqual([])
  })
})

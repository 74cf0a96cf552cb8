import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, shownMessages } from '../support/api.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { seriousFaults } from './support/axe.ts'
import { Browser, CHROMIUM, logIn, NEEDS_CHROMIUM, takePictures } from './support/browser.ts'

describe.skipIf(!CHROMIUM)(`the dashboard: conversations${NEEDS_CHROMIUM}`, () => {
  let sandbox: RunningSandbox
  let browser: Browser
  let page: Page
  let folder: string

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await Browser.open()
    page = await browser.page()
    folder = mkdtempSync(join(tmpdir(), 'kurir-picture-'))
    await logIn(page, sandbox.contract.gateway, sandbox.contract.keys.admin)
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await browser?.close()
    await sandbox?.stop()
  })

  const budi = () => sandbox.contract.contacts[0]?.phone ?? ''

  async function contactWrites(text: string): Promise<void> {
    const { lab, phone } = sandbox.contract
    await json('POST', `${lab}/phones/${budi()}/messages`, { body: { to: phone, text } })
  }

  test('what somebody writes shows in the list, and answering reaches his phone', async () => {
    await page.getByRole('link', { name: 'Conversations' }).click()
    await page.getByText('No conversations yet').waitFor()
    await takePictures(page, 'chats-empty')
    expect(await seriousFaults(page)).toEqual([])
    await contactWrites('Halo, masih buka?')
    await page.getByRole('link', { name: /Budi Santoso.*Halo, masih buka/ }).click()
    await page.getByLabel('Write a message').fill('Masih, sampai jam 5')
    await page.keyboard.press('Enter')
    const bubble = page.getByRole('article').filter({ hasText: 'Masih, sampai jam 5' })
    await bubble.getByRole('img', { name: 'Delivered' }).waitFor()
    const shown = await shownMessages(sandbox.contract.lab, budi())
    expect(shown.filter(({ text }) => text === 'Masih, sampai jam 5')).toHaveLength(1)
  })

  test('a message that comes while the chat is open is seen at once', async () => {
    await contactWrites('Oke, terima kasih')
    await page.getByRole('article').filter({ hasText: 'Oke, terima kasih' }).waitFor()
  })

  test('a picture is sent from the page and shown there', async () => {
    const file = join(folder, 'menu.png')
    const color = { r: 15, g: 118, b: 110 }
    writeFileSync(
      file,
      await sharp({ create: { width: 320, height: 200, channels: 3, background: color } })
        .png()
        .toBuffer(),
    )
    await page.getByLabel('Attach a file').first().setInputFiles(file)
    await page.getByLabel('Write a message').fill('Menu hari ini')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const picture = page.getByRole('img', { name: 'Menu hari ini' })
    await picture.waitFor()
    await expect.poll(() => page.evaluate('document.querySelector("article img").naturalWidth')).toBe(320)
    await takePictures(page, 'chat')
    expect(await seriousFaults(page)).toEqual([])
  })

  test('a message has a page with its history', async () => {
    const bubble = page.getByRole('article').filter({ hasText: 'Masih, sampai jam 5' })
    await bubble.getByRole('link').click()
    const history = page.getByRole('list', { name: 'What became of it' })
    await history.getByText('Delivered').waitFor()
    await takePictures(page, 'message')
    expect(await seriousFaults(page)).toEqual([])
  })

  test('a first message goes to a number that is written as people write it', async () => {
    await page.getByRole('link', { name: 'Conversations' }).click()
    await page.getByRole('button', { name: 'New message' }).click()
    await page.getByLabel('To', { exact: true }).fill('+62 813-1111-0002')
    await page.getByLabel('Text', { exact: true }).fill('Halo Siti')
    await takePictures(page, 'chat-new')
    await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
    const bubble = page.getByRole('article').filter({ hasText: 'Halo Siti' })
    await bubble.getByRole('img', { name: 'Delivered' }).waitFor()
    expect(browser.faults).toEqual([])
  })
})

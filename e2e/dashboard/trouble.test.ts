import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from '../support/client.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { Browser, CHROMIUM, logIn, NEEDS_CHROMIUM } from './support/browser.ts'
import { type Scene, setScene } from './support/scene.ts'

describe.skipIf(!CHROMIUM)(`the dashboard: what is wrong, and what was done${NEEDS_CHROMIUM}`, () => {
  let sandbox: RunningSandbox
  let scene: Scene
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    sandbox = await startSandbox(['--sessions', '3'])
    scene = await setScene(sandbox.contract)
    browser = await Browser.open()
    page = await browser.page()
    await logIn(page, sandbox.contract.gateway, sandbox.contract.keys.admin)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    scene?.stop()
    await sandbox?.stop()
  })

  test('alerts are above every page and lead to what they are about', async () => {
    const alerts = page.getByRole('region', { name: 'What is wrong now' })
    await alerts.getByText('1 more alert').click()
    await alerts.getByText('was unlinked at the phone').waitFor()
    await alerts.getByText('the phone or WhatsApp removed the device').waitFor()
    await page.getByRole('link', { name: 'Live events' }).click()
    await alerts.getByText('fails: deliveries are given up').waitFor()
    await page.getByLabel('Language').selectOption('id')
    await page.getByText('penerima tidak mau lagi').first().waitFor()
    await page.getByLabel('Bahasa').selectOption('en')
    await alerts.getByRole('link', { name: /gone$/ }).click()
    await page.getByText('Disabled', { exact: true }).waitFor()
  })

  test('a message that failed is found from the overview, with what became of its news', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('link', { name: /messages? failed$/ }).click()
    await page.getByRole('heading', { name: 'Failed messages' }).waitFor()
    await page.getByRole('link', { name: 'Pesanan Anda siap diambil.' }).click()
    await page.getByRole('list', { name: 'What became of it' }).getByText('WhatsApp refused the message').waitFor()
    await page.getByRole('button', { name: 'message.failed' }).click()
    const dialog = page.getByRole('dialog')
    await expect.poll(() => dialog.getByLabel('How the answer began').inputValue()).toBe('{\n  "ok": true\n}')
    const posted = JSON.parse(await dialog.getByLabel(/^What is posted/).inputValue())
    expect(posted).toMatchObject({ type: 'message.failed', data: { id: scene.failedMessage, status: 'failed' } })
    await page.keyboard.press('Escape')
  })

  test('an alert that is over leaves by itself', async () => {
    const admin = clientOf(sandbox.contract, sandbox.contract.keys.admin)
    const alerts = page.getByRole('region', { name: 'What is wrong now' })
    await admin.delete('/v1/sessions/{session}', { params: { path: { session: 'demo-3' } } })
    await admin.delete('/v1/webhooks/{id}', { params: { path: { id: scene.deadWebhook } } })
    await alerts.waitFor({ state: 'detached', timeout: 45_000 })
  })

  test('the audit log says who did what, narrowed by what it is about and by text', async () => {
    await page.getByRole('link', { name: 'Audit log' }).click()
    const rows = page.getByRole('row').filter({ has: page.getByRole('cell') })
    await rows.filter({ hasText: 'webhook.deleted' }).getByText('the configured key').waitFor()
    await page.getByLabel('About').selectOption('tenant')
    await expect.poll(() => rows.count()).toBe(1)
    await rows.getByText('tenant.created').waitFor()
    await page.getByLabel('About').selectOption('')
    await page.getByLabel('Session', { exact: true }).selectOption('new-branch')
    await expect.poll(() => rows.count()).toBe(1)
    await rows.getByText('session.created').waitFor()
    await page.getByLabel('When', { exact: true }).selectOption('week')
    await page.getByLabel('About').selectOption('rule')
    await page.getByText('Nothing to show').waitFor()
    await page.getByLabel('Session', { exact: true }).selectOption('')
    await rows.getByText('rule.created').waitFor()
    await page.getByLabel('About').selectOption('')
    await page.getByLabel('Filter by text').fill('at nobody’s')
    await page.getByText('Nothing to show').waitFor()
    await page.getByLabel('Filter by text').fill('SESSION.PAIRED')
    await expect.poll(() => rows.count()).toBe(3)
    expect(browser.faults).toEqual([])
  })

  test('a key that only manages sees the log, and no names of keys', async () => {
    const { gateway, keys } = sandbox.contract
    const admin = clientOf(sandbox.contract, keys.admin)
    const { key = '' } = await admin.post('/v1/keys', { body: { name: 'manager', scopes: ['manage'] } })
    const manager = await Browser.open()
    try {
      const own = await manager.page()
      await logIn(own, gateway, key)
      await own.getByRole('link', { name: 'Audit log' }).click()
      await own.getByText('session.created').first().waitFor()
      expect(await own.getByRole('link', { name: 'Conversations' }).count()).toBe(0)
      expect(manager.faults).toEqual([])
    } finally {
      await manager.close()
    }
  })
})

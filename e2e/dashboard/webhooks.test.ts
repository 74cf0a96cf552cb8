import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import { runCurl } from '../support/curl.ts'
import { Receiver } from '../support/receiver.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { seriousFaults } from './support/axe.ts'
import { Browser, CHROMIUM, logIn, NEEDS_CHROMIUM, takePictures } from './support/browser.ts'

describe.skipIf(!CHROMIUM)(`the dashboard: webhooks, events, keys${NEEDS_CHROMIUM}`, () => {
  let sandbox: RunningSandbox
  let receiver: Receiver
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    ;[sandbox, receiver] = await Promise.all([startSandbox(), Receiver.start()])
    browser = await Browser.open()
    page = await browser.page()
    await logIn(page, sandbox.contract.gateway, sandbox.contract.keys.admin)
  })
  afterAll(async () => {
    await browser?.close()
    await receiver?.stop()
    await sandbox?.stop()
  })

  /** A contact writes to the session. */
  async function contactWrites(text: string): Promise<void> {
    const { lab, phone, contacts } = sandbox.contract
    await json('POST', `${lab}/phones/${contacts[0]?.phone}/messages`, { body: { to: phone, text } })
  }

  test('a webhook is made, its secret shown once, and the secret is the one that signs', async () => {
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByText('No webhooks yet').waitFor()
    await takePictures(page, 'webhooks-empty')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'New webhook' }).first().click()
    await page.getByLabel('URL').fill(receiver.url)
    await page.getByLabel('Only some').check()
    await page.getByLabel('message.sent').check()
    await takePictures(page, 'webhook-new')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Create' }).click()
    const secret = await page.locator('pre').innerText()
    expect(secret).toMatch(/^whsec_/)
    receiver.trust(secret)
    await page.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('link', { name: receiver.url }).waitFor()
    await takePictures(page, 'webhooks')
    const arrived = receiver.next()
    await contactWrites('for the webhook')
    await arrived
    expect([receiver.forged, receiver.of('message.received').length]).toEqual([0, 1])
  })

  test('its page tests it, shows each delivery, and has one made once more', async () => {
    await page.getByRole('link', { name: receiver.url }).click()
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText(/^Delivered · 204/).waitFor()
    await page.getByRole('button', { name: 'message.received' }).first().click()
    await takePictures(page, 'delivery')
    expect(await seriousFaults(page)).toEqual([])
    const again = receiver.next()
    await page.getByRole('button', { name: 'Redeliver', exact: true }).click()
    await again
    const [first, second] = receiver.of('message.received')
    expect(second?.webhookId).toBe(first?.webhookId)
    await takePictures(page, 'webhook')
    expect(await seriousFaults(page)).toEqual([])
  })

  test('its secret is rotated, and what did not arrive since a time is delivered again', async () => {
    await page.getByRole('button', { name: 'Rotate secret' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click()
    const secret = await page.getByRole('dialog').locator('pre').innerText()
    await page.getByRole('button', { name: 'Close' }).last().click()
    await page.getByText('Being rotated').waitFor()
    receiver.trust(secret)
    const arrived = receiver.next()
    await contactWrites('signed by the new secret')
    await arrived
    expect(receiver.forged).toBe(0)
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('Disabled').waitFor()
    await page.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('button', { name: 'Redeliver since …' }).click()
    await page.getByRole('dialog').getByLabel('Since').fill('2026-01-01T00:00')
    await page.getByRole('dialog').getByRole('button', { name: 'Redeliver' }).click()
    await page.getByText(/deliveries are on their way/).waitFor()
  })

  test('events show as they happen, and can be held still and filtered', async () => {
    await page.getByRole('link', { name: 'Live events' }).click()
    await page.getByText('Listening …').waitFor()
    await contactWrites('the first')
    const list = page.getByRole('list', { name: 'Live events' })
    await list.getByText('message.received', { exact: true }).waitFor()
    await list.getByRole('listitem').first().locator('summary').click()
    await takePictures(page, 'events')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Pause' }).click()
    const { session } = sandbox.contract
    const count = await list.getByRole('listitem').count()
    await contactWrites('while paused')
    await expect
      .poll(() => clientOf(sandbox.contract).get('/v1/sessions/{session}/messages', { params: { path: { session } } }))
      .toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ text: 'while paused' })]) })
    expect(await list.getByRole('listitem').count()).toBe(count)
    await page.getByRole('button', { name: 'Go on' }).click()
    await contactWrites('the second')
    await page.getByLabel('Filter by text').fill('the second')
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1)
  })

  test('a key of each dialect comes with a command that works', async () => {
    await page.getByRole('link', { name: 'Keys & tenants' }).click()
    await page.getByRole('button', { name: 'New key' }).waitFor()
    await takePictures(page, 'keys')
    expect(await seriousFaults(page)).toEqual([])
    const answers: Record<string, number> = {}
    for (const dialect of ['', 'blazwa', 'blipcom', 'bots', 'chatbot', 'sessions']) {
      await page.getByRole('button', { name: 'New key' }).click()
      await page.getByLabel('Name', { exact: true }).fill(`for ${dialect || 'native'}`)
      await page.getByLabel('API').selectOption(dialect)
      if (['blazwa', 'bots', 'chatbot'].includes(dialect)) {
        await page.getByLabel('Only this session').selectOption(sandbox.contract.session)
      }
      if (dialect === 'blazwa') await takePictures(page, 'key-new')
      await page.getByRole('button', { name: 'Create' }).click()
      const command = await page.getByRole('dialog').locator('pre').last().innerText()
      if (dialect === 'blipcom') await takePictures(page, 'key-shown')
      await page.getByRole('button', { name: 'Close' }).last().click()
      answers[dialect || 'native'] = (await runCurl(command, {})).status
    }
    expect(answers).toEqual({ native: 200, blazwa: 200, blipcom: 200, bots: 200, chatbot: 200, sessions: 200 })
  })

  test('a tenant gets a quota, and usage shows', async () => {
    await page.getByRole('tab', { name: 'Tenants' }).click()
    await page.getByRole('button', { name: 'New tenant' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Acme')
    await page.getByLabel(/^Id/).fill('acme')
    await page.getByLabel('Messages per day').fill('500')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Acme', level: 1 }).waitFor()
    await page.getByText('of 500').waitFor()
    await page.getByRole('link', { name: 'Keys & tenants' }).click()
    await page.getByRole('tab', { name: 'Tenants' }).click()
    await page.getByRole('cell', { name: '500' }).waitFor()
    await page.getByRole('tab', { name: 'Usage' }).click()
    await page.getByText('Files kept').waitFor()
  })

  test('an admin looks at another tenant: its things alone, and nothing to change them with', async () => {
    const { contract } = sandbox
    const body = { name: 'Acme', tenant: 'acme', scopes: ['manage' as const] }
    const { key = '' } = await clientOf(contract, contract.keys.admin).post('/v1/keys', { body })
    await clientOf(contract, key).post('/v1/sessions', { body: { id: 'acme-1', name: 'Acme’s own' } })
    await page.getByLabel('Tenant', { exact: true }).selectOption('acme')
    await page.getByText('You are looking at the tenant “Acme”.').waitFor()
    await page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await page.getByRole('link', { name: 'Acme’s own' }).waitFor()
    expect(await page.getByRole('table').getByRole('link').count()).toBe(1)
    expect(await page.getByRole('button', { name: 'New session' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Acme’s own' }).click()
    await page.getByText('acme-1').waitFor()
    expect(await page.getByRole('main').getByRole('button', { name: 'Delete' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Back to your own' }).click()
    await page.getByText('You are looking at').waitFor({ state: 'detached' })
    expect(browser.faults).toEqual([])
  })
})

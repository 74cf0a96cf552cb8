import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { seriousFaults } from './support/axe.ts'
import { Browser, CHROMIUM, logIn, NEEDS_CHROMIUM, takePictures } from './support/browser.ts'

describe.skipIf(!CHROMIUM)(`the dashboard: login, overview, sessions, pairing${NEEDS_CHROMIUM}`, () => {
  let sandbox: RunningSandbox
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await Browser.open()
    page = await browser.page()
  })
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })

  test('a wrong key is refused in words, a right one opens the overview', async () => {
    const { gateway, keys } = sandbox.contract
    await page.goto(`${gateway}/`)
    await page.getByLabel('Key', { exact: true }).fill('kur_wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('This key is not valid.').waitFor()
    await takePictures(page, 'login')
    expect(await seriousFaults(page)).toEqual([])
    await logIn(page, gateway, keys.admin)
    await page.getByText('There was nothing to resume').waitFor()
    await takePictures(page, 'overview')
    expect(await seriousFaults(page)).toEqual([])
    const [cookie] = await browser.context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  })

  test('a new session is linked by scanning its code, and the page shows it at once', async () => {
    const { lab } = sandbox.contract
    await page.getByRole('link', { name: 'Sessions' }).first().click()
    await page.getByRole('button', { name: 'New session' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Toko Baru')
    await page.getByLabel(/^Id/).fill('baru')
    await page.getByRole('button', { name: 'Create' }).click()
    const picture = page.getByAltText('QR code to scan with WhatsApp')
    await picture.waitFor()
    await takePictures(page, 'pair-qr')
    expect(await seriousFaults(page)).toEqual([])
    const link = await page.getByRole('link', { name: 'Scan with a virtual phone' }).getAttribute('href')
    const qr = decodeURIComponent(new URL(link ?? '').hash.replace('#scan=', ''))
    await json('POST', `${lab}/phones`, { body: { phone: '6281277770001', name: 'Baru' } })
    await json('POST', `${lab}/phones/6281277770001/scan`, { body: { qr } })
    await page.getByText('Linked with 6281277770001.').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('heading', { name: 'Toko Baru' }).waitFor()
    await page.getByText('Connected').first().waitFor()
    await takePictures(page, 'session')
    expect(await seriousFaults(page)).toEqual([])
  })

  const baru = () => clientOf(sandbox.contract).get('/v1/sessions/{session}', { params: { path: { session: 'baru' } } })

  test('a pairing code is shown for a number', async () => {
    const { gateway, lab } = sandbox.contract
    await json('POST', `${lab}/phones`, { body: { phone: '6281277770002', name: 'Kode' } })
    await clientOf(sandbox.contract).post('/v1/sessions', { body: { id: 'kode' } })
    await page.goto(`${gateway}/#/sessions`)
    const row = page.getByRole('row', { name: /kode/ })
    await row.getByRole('button', { name: 'Link a phone' }).click()
    await page.getByRole('tab', { name: 'Pairing code' }).click()
    await page.getByLabel('Phone number').fill('+62 812 7777 0002')
    await page.getByRole('button', { name: 'Get a code' }).click()
    await page.getByText(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/).waitFor()
    await takePictures(page, 'pair-code')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await takePictures(page, 'sessions')
    expect(await seriousFaults(page)).toEqual([])
  })

  test('how a session answers is set and kept', async () => {
    const { gateway } = sandbox.contract
    await page.goto(`${gateway}/#/sessions/baru`)
    await page.getByRole('tab', { name: 'Automatic answers' }).click()
    await page.getByLabel('Name of the session').fill('Toko Lama')
    await page.getByLabel('Send a default message').click()
    await page.getByLabel('Default message', { exact: true }).fill('{Halo|Halo} [name], sudah [foo]')
    await page.getByText('Halo Budi, sudah [foo]').waitFor()
    await page.getByLabel('Sunday').uncheck()
    await page.getByLabel('All day').click()
    await page.getByLabel('From').fill('09:00')
    await takePictures(page, 'session-answers')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const session = await baru()
    expect(session).toMatchObject({
      name: 'Toko Lama',
      settings: {
        send_default_msg: true,
        active_days: { sunday: false },
        active_hours: { from: '09:00', to: '17:00' },
      },
    })
  })

  test('a keyword rule is made, tried, switched off and deleted', async () => {
    const { gateway, keys } = sandbox.contract
    // The hours that were set before would leave it to the time of day whether the rule answers.
    const settings = { active_days: { sunday: true }, active_hours: { from: 'always', to: 'always' } }
    await json('PATCH', `${gateway}/v1/sessions/baru`, { key: keys.admin, body: { settings } })
    await page.getByRole('tab', { name: 'Keyword rules' }).click()
    await page.getByText('No rules yet').waitFor()
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByLabel('Keyword', { exact: true }).fill('harga')
    await page.getByLabel('Text', { exact: true }).fill('Rp 10.000')
    await takePictures(page, 'rule-new')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'harga', exact: true }).waitFor()
    await page.getByLabel('Message', { exact: true }).fill('Harga')
    await page.getByRole('button', { name: 'Try' }).click()
    await page.getByText('The rule “harga” answers:').waitFor()
    await takePictures(page, 'rules')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByLabel('Enabled').click()
    await expect.poll(() => page.getByLabel('Enabled').isChecked()).toBe(false)
    await page.getByRole('button', { name: 'Try' }).click()
    await page.getByText(/Nothing is answered|The default message answers/).waitFor()
    await page.getByRole('button', { name: 'Delete: harga' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete rule' }).click()
    await page.getByText('No rules yet').waitFor()
  })

  test('pacing, proxy and metadata are set and kept', async () => {
    await page.getByRole('tab', { name: 'Sending & proxy' }).click()
    await page.getByLabel('Messages per minute').fill('20')
    await page.getByRole('button', { name: 'Save' }).first().click()
    await page.getByText('Saved').first().waitFor()
    await page.getByLabel('Metadata').fill('{"shop": ')
    await page.getByText('This is no JSON object.').waitFor()
    await page.getByLabel('Metadata').fill('{"shop": 7}')
    await takePictures(page, 'session-connection')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).last().click()
    await expect.poll(baru).toMatchObject({ metadata: { shop: 7 }, settings: { pacing: { per_minute: 20 } } })
  })

  test('a session is stopped, started and deleted, the last only by typing its id', async () => {
    const { gateway } = sandbox.contract
    await page.getByRole('tab', { name: 'Overview' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped').first().waitFor()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('Connected').first().waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    const confirm = page.getByRole('button', { name: 'Delete session' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel('Type baru to confirm').fill('baru')
    await takePictures(page, 'session-delete')
    await confirm.click()
    await page.waitForURL(`${gateway}/#/sessions`)
    await page.getByRole('link', { name: 'Toko Lama' }).waitFor({ state: 'detached' })
  })

  test('the page is there in Indonesian too, and logging out ends the login', async () => {
    await page.getByLabel('Language').selectOption('id')
    await page.getByRole('heading', { name: 'Sesi', level: 1 }).waitFor()
    await takePictures(page, 'sessions-id')
    await page.goto(`${sandbox.contract.gateway}/#/sessions/nobody`)
    await page.getByRole('alert').getByText('Sesi tidak ada').waitFor()
    await page.getByRole('button', { name: 'Keluar' }).click()
    await page.getByRole('button', { name: 'Masuk' }).waitFor()
    expect(await browser.context.cookies()).toEqual([])
    expect(browser.faults).toEqual([])
  })
})

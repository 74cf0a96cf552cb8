import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { seriousFaults } from './support/axe.ts'
import { Browser, CHROMIUM, logIn, NEEDS_CHROMIUM, takePictures } from './support/browser.ts'
import { PLACES } from './support/places.ts'
import { type Scene, setScene } from './support/scene.ts'

/** Adds up how far what is shown moves by itself (as the web's "cumulative layout shift"). */
const WATCH_SHIFTS = `
  window.shift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
`
/** What is good for people, by the makers of the measure. */
const MOST_SHIFT = 0.1

describe.skipIf(!CHROMIUM)(`the dashboard: every page and dialog${NEEDS_CHROMIUM}`, () => {
  let sandbox: RunningSandbox
  let scene: Scene
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    sandbox = await startSandbox(['--sessions', '3'])
    scene = await setScene(sandbox.contract)
    browser = await Browser.open()
    await browser.context.addInitScript(WATCH_SHIFTS)
    page = await browser.page()
    await logIn(page, sandbox.contract.gateway, sandbox.contract.keys.admin)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    scene?.stop()
    await sandbox?.stop()
  })

  for (const { name, path, open } of PLACES) {
    test(`${name}: no barriers, nothing too wide, nothing that jumps`, async () => {
      await page.goto('about:blank')
      await page.goto(`${sandbox.contract.gateway}/#${path(sandbox.contract, scene)}`)
      await page.getByRole('main').getByRole('heading').first().waitFor()
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0)
      await open?.(page)
      expect(await page.evaluate('window.shift')).toBeLessThan(MOST_SHIFT)
      await takePictures(page, name)
      for (const table of await page.locator('table').all()) expect(await table.getAttribute('aria-label')).toBeTruthy()
      expect(await seriousFaults(page)).toEqual([])
    })
  }

  test('a dialog is opened, kept in and left by the keyboard, which is then where it was', async () => {
    await page.goto('about:blank')
    await page.goto(`${sandbox.contract.gateway}/#/sessions`)
    const button = page.getByRole('button', { name: 'New session' })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    const focused = () => page.evaluate('document.activeElement.closest("dialog") !== null')
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press('Tab')
      expect(await focused()).toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
  })

  test('nothing of it failed', () => {
    expect(browser.faults).toEqual([])
  })
})

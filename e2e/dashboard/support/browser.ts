import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** A browser of this machine, undefined where it has none. */
export const CHROMIUM = PLACES.find((place) => existsSync(place))
/** Why tests of pages are skipped, as a part of their name. */
export const NEEDS_CHROMIUM = CHROMIUM ? '' : ' (skipped: needs Chromium, for example "apt-get install chromium")'

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
]
const SCREENSHOTS = fileURLToPath(new URL('../../screenshots/', import.meta.url))
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const

/** A browser with a profile of its own. What goes wrong in its pages is kept. */
export class Browser {
  readonly context: BrowserContext
  /** Errors and violations of the content policy that pages told of. */
  readonly faults: string[] = []
  readonly #profile: string

  private constructor(context: BrowserContext, profile: string) {
    this.context = context
    this.#profile = profile
  }

  static async open(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'kurir-browser-'))
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM ?? '',
      args: FLAGS,
      chromiumSandbox: false,
      viewport: SIZES.wide,
      locale: 'en-GB',
      timezoneId: 'Asia/Jakarta',
    })
    context.setDefaultTimeout(15_000)
    return new Browser(context, profile)
  }

  /** A new tab. */
  async page(): Promise<Page> {
    const page = await this.context.newPage()
    page.on('pageerror', (error) => this.faults.push(`${error.name}: ${error.message}`))
    page.on('console', (message) => {
      const isRefusal = /Failed to load resource/.test(message.text())
      if (message.type() === 'error' && !isRefusal) this.faults.push(message.text())
    })
    return page
  }

  async close(): Promise<void> {
    await this.context.close()
    rmSync(this.#profile, { recursive: true, force: true })
  }
}

/** Logs in by the form. */
export async function logIn(page: Page, gateway: string, key: string): Promise<void> {
  await page.goto(`${gateway}/`)
  await page.getByLabel('Key', { exact: true }).fill(key)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
}

/** Keeps pictures of the page: light and dark, wide and narrow. Fails where the narrow one has to be scrolled sideways. */
export async function takePictures(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect.poll(() => page.evaluate('[...document.images].every(({ complete }) => complete)')).toBe(true)
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size}-${colorScheme}.png`) })
    }
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflow, `${name} is wider than a ${size} window`).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize(SIZES.wide)
  await page.emulateMedia({ colorScheme: 'light' })
}

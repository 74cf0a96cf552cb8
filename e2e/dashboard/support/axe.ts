import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Finding {
  id: string
  impact: string
  nodes: { html: string }[]
}

const FINDINGS_ALONE = "resultTypes: ['violations'], selectors: false"
/** In the dark other colours are all that is new. */
const OPTIONS = { light: `{ ${FINDINGS_ALONE} }`, dark: `{ ${FINDINGS_ALONE}, runOnly: ['color-contrast'] }` }

/** What axe finds that keeps people out (serious or critical), one line each, in light and in dark. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const faults: string[] = []
  // By the debugger: the page's own policy allows no foreign script.
  await page.evaluate(axe.source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = (await page.evaluate(`axe.run(document, ${OPTIONS[colorScheme]})`)) as {
      violations: Finding[]
    }
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue
      for (const node of nodes.slice(0, 3)) faults.push(`${colorScheme} ${id}: ${node.html.slice(0, 160)}`)
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  return faults
}

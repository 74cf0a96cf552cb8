import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { FETCH_FAILURES } from '../safe-fetch/errors.ts'
import { ATTEMPT_ERRORS } from './call.ts'
import { RETRY_DELAYS_MS } from './retry-schedule.ts'
import { openRig } from './test/pump.ts'

const page = await readFile(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8')
const HERE = fileURLToPath(new URL('.', import.meta.url))

/** What no delivery ends in: its URL was checked when it was written down, and its answer is not read. */
const NEVER = [
  'invalid_url',
  'scheme_not_allowed',
  'credentials_not_allowed',
  'proxy_scheme_not_allowed',
  'too_many_redirects',
  'too_large',
  'aborted',
]

describe('docs/webhooks.md', () => {
  it('names every error of a delivery, and no other', () => {
    const table = page.slice(page.indexOf('| `last_error` |'), page.indexOf('## Order'))
    const words = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z_]{4,}/g) ?? [])
    const known = [...Object.keys(FETCH_FAILURES).filter((reason) => !NEVER.includes(reason)), ...ATTEMPT_ERRORS]
    expect(words.filter((word) => word !== 'last_error').sort()).toEqual(known.sort())
  })

  it('shows the retry schedule', () => {
    const row =
      /\| after the one before \|(.*)\|/
        .exec(page)?.[1]
        ?.split('|')
        .map((cell) => cell.trim()) ?? []
    const unit: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000 }
    const delays = row.map((cell) => {
      const [amount = '0', name = ''] = cell.split(' ')
      return cell === 'at once' ? 0 : Number(amount) * (unit[name] ?? Number.NaN)
    })
    expect(delays).toEqual(RETRY_DELAYS_MS)
  })

  it('has a receiver that runs and verifies', { timeout: 20_000 }, async () => {
    const sample = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    const onFreePort = sample.replace('.listen(8080)', '.listen(0, function () { console.log(this.address().port) })')
    expect(onFreePort).not.toBe(sample)
    const rig = await openRig()
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
    const receiver = spawn(process.execPath, ['--input-type=module', '-e', onFreePort], {
      cwd: HERE,
      env: { ...process.env, WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      let said = ''
      receiver.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      await vi.waitFor(() => expect(said).toMatch(/^\d+\n/), 10_000)
      const url = `http://127.0.0.1:${said.trim()}/`
      const good = await rig.store.createEndpoint(url, { secret })
      const forged = await rig.store.createEndpoint(url)
      const session = await rig.store.createSession('shop')
      rig.pump.start()
      await rig.store.receive(session, '6281311110001', 'Halo, got it')
      const result = async () => [...(await rig.store.deliveries(good)), ...(await rig.store.deliveries(forged))]
      await vi.waitFor(async () => expect((await result()).every(({ attempts }) => attempts === 1)).toBe(true), 10_000)
      expect(await result()).toMatchObject([{ state: 'delivered' }, { state: 'pending', lastStatus: 400 }])
      expect(said).toContain("text: 'Halo, got it'")
    } finally {
      receiver.kill()
      await rig.close()
    }
  })
})

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Kurir, kurir } from './test/process.ts'

let folder: string
const running: Kurir[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kurir-start-'))
})
afterEach(async () => {
  for (const { process } of running.splice(0)) process.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

function start(args: string[] = [], env: Record<string, string> = {}): Kurir {
  const child = new Kurir(['start', '--port', '0', '--data', join(folder, 'data'), '--json', ...args], env)
  running.push(child)
  return child
}

function call(url: unknown, path: string, key?: unknown): Promise<Response> {
  return fetch(`${url}${path}`, key ? { headers: { authorization: `Bearer ${key}` } } : {})
}

test('the first start shows the admin key, a stop takes a moment, a later start shows none', async () => {
  const first = start()
  const { url, admin_key: key } = await first.line()
  expect(key).toMatch(/^kur_/)
  expect((await call(url, '/healthz')).status).toBe(200)
  expect(await (await call(url, '/readyz')).json()).toMatchObject({ ready: true })
  expect(await (await call(url, '/v1/sessions', key)).json()).toEqual({ data: [], next_cursor: null })
  expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700)
  first.process.kill('SIGTERM')
  first.process.kill('SIGTERM')
  expect(await first.exited).toBe(0)
  expect(first.stderr).toContain('"msg":"stopped"')
  expect(first.stderr).not.toContain(String(key).slice(-43))

  const second = start()
  const again = await second.line()
  expect(again).toEqual({ url: again.url })
  expect((await call(again.url, '/v1/sessions', key)).status).toBe(200)
  second.process.kill('SIGINT')
  expect(await second.exited).toBe(0)
}, 60_000)

test('an admin key of one’s own, flags before the environment, a port in use, and the end of the parent', async () => {
  const given = '9f0c4d71b3e84a52a6d7c0e1f5b29384'
  const env = { KURIR_ADMIN_KEY: given, KURIR_BASE_PATH: '/env', KURIR_PROT: '1', KURIR_LOG_LEVEL: 'warn' }
  const child = start(['--base-path', '/flag', '--exit-with-parent'], env)
  const line = await child.line()
  expect(line).toEqual({ url: expect.stringMatching(/\/flag$/) })
  expect((await call(line.url, '/v1/keys', given)).status).toBe(200)
  expect(child.stderr).toContain('is KURIR_PORT meant?')

  const { port } = new URL(String(line.url))
  const other = await kurir(['start', '--port', port, '--data', join(folder, 'other'), '--json'])
  expect(other.status).toBe(1)
  expect(other.stderr).toContain(`Port ${port} is in use; choose another one with --port`)
  // The key was made and will not be made again, so it is shown.
  expect(JSON.parse(other.stdout)).toEqual({ admin_key: expect.stringMatching(/^kur_/) })

  child.process.stdin?.end()
  expect(await child.exited).toBe(0)
}, 60_000)

test('a configuration that is not valid: status 2 and every fault', async () => {
  const { status, stderr } = await kurir(['start', '--port', 'http'], {
    KURIR_NETWORK: 'moon',
    KURIR_ADMIN_KEY: 'short',
  })
  expect(status).toBe(2)
  for (const name of ['KURIR_PORT', 'KURIR_NETWORK', 'KURIR_ADMIN_KEY']) expect(stderr).toContain(name)
  const secret = '9f0c4d71b3e84a52a6d7c0e1f5b29384'
  const shown = await kurir(['start', '--print-config', '--port', '7'], { KURIR_ADMIN_KEY: secret })
  expect(shown.status).toBe(0)
  expect(shown.stdout).toContain('KURIR_PORT=7\n')
  expect(shown.stdout).not.toContain(secret)
}, 60_000)

test('without a master key the log warns; beside a simulated network, where nothing is anybody’s, it does not', async () => {
  const plain = start()
  await plain.line()
  expect(plain.stderr).toContain('KURIR_MASTER_KEY is not set')
  plain.process.kill('SIGTERM')
  await plain.exited
  const lab = { KURIR_NETWORK: 'lab', KURIR_LAB_URL: 'ws://127.0.0.1:9', KURIR_LAB_ROOT_KEY: 'k'.repeat(44) }
  const simulated = start([], lab)
  await simulated.line()
  simulated.process.kill('SIGTERM')
  expect(await simulated.exited).toBe(0)
  expect(simulated.stderr).toContain('"msg":"stopped"')
  expect(simulated.stderr).not.toContain('KURIR_MASTER_KEY')
}, 60_000)

import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Kurir, kurir } from './test/process.ts'

const ADMIN = 'kurir-rotation-2b9d6f1c8a7e40355e1a'

let folder: string
let file: string
const running: Kurir[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kurir-rotate-'))
  file = join(folder, 'master.key')
})
afterEach(async () => {
  for (const gateway of running.splice(0)) {
    gateway.process.kill('SIGKILL')
    await gateway.exited
  }
  await rm(folder, { recursive: true })
})

function newKey(): string {
  return randomBytes(32).toString('base64')
}

async function start(env: Record<string, string>): Promise<{ gateway: Kurir; url: string }> {
  const gateway = new Kurir(['start', '--port', '0', '--data', join(folder, 'data'), '--json'], {
    KURIR_ADMIN_KEY: ADMIN,
    ...env,
  })
  running.push(gateway)
  return { gateway, url: String((await gateway.line()).url) }
}

async function stop(gateway: Kurir): Promise<void> {
  gateway.process.kill('SIGTERM')
  expect(await gateway.exited).toBe(0)
}

function rotate(url: string, ...more: string[]) {
  return kurir(['keys', 'rotate-master', '--file', file, '--url', url, '--key', ADMIN, ...more])
}

function call(url: string, method: string, path: string, key: string, body?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  return fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
}

async function keysInFile(): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter(Boolean)
}

test('a rotation leaves one new key; the store opens with it alone, and what was sealed is still read', async () => {
  const old = newKey()
  await writeFile(file, `${old}\n`, { mode: 0o600 })
  const { gateway, url } = await start({ KURIR_MASTER_KEY_FILE: file })
  const webhook = { url: 'https://shop.example/hook', secret: `whsec_${newKey()}` }
  expect((await call(url, 'POST', '/v1/webhooks', ADMIN, webhook)).status).toBe(201)

  const rotated = await rotate(url, '--json')
  expect(rotated).toMatchObject({ status: 0, stderr: '' })
  const { rewrapped } = JSON.parse(rotated.stdout) as { rewrapped: number }
  expect(rewrapped).toBeGreaterThan(0)
  const [next = '', ...others] = await keysInFile()
  expect(others).toEqual([])
  expect(next).not.toBe(old)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await stop(gateway)

  const refused = await kurir(['start', '--port', '0', '--data', join(folder, 'data')], { KURIR_MASTER_KEY: old })
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('master key is not the one') })
  const again = await start({ KURIR_MASTER_KEY: next })
  expect(await (await call(again.url, 'GET', '/healthz', ADMIN)).json()).toMatchObject({ ok: true, encryption: 'on' })
  expect((await call(again.url, 'GET', '/v1/webhooks', ADMIN)).status).toBe(200)
}, 60_000)

test('a rotation that was cut short is ended by the next one, with the key that it had made', async () => {
  const [next, old] = [newKey(), newKey()]
  await writeFile(file, `${old}\n`, { mode: 0o600 })
  const { url } = await start({ KURIR_MASTER_KEY_FILE: file })
  await writeFile(file, `${next}\n${old}\n`)
  expect(await rotate(url)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+ data keys are under/) })
  expect(await keysInFile()).toEqual([next])
  // Nothing is left to do, which is no fault.
  const repeated = await call(url, 'POST', '/v1/encryption/rotate', ADMIN)
  expect(await repeated.json()).toEqual({ rewrapped: 0, master_key: expect.stringMatching(/^[0-9a-f]{16}$/) })
}, 60_000)

test('the gateway of another key: both keys stay in the file', async () => {
  const old = newKey()
  await writeFile(file, `${old}\n`, { mode: 0o600 })
  const { url } = await start({ KURIR_MASTER_KEY: newKey() })
  for (const _attempt of ['first', 'second']) {
    expect(await rotate(url)).toMatchObject({ status: 1, stderr: expect.stringContaining('does not run with') })
    expect(await keysInFile()).toEqual([expect.any(String), old])
  }
}, 60_000)

test('without a master key, without a file, and with another key than an admin’s', async () => {
  const { gateway, url } = await start({})
  expect(gateway.stderr).toContain('stored unencrypted')
  expect(await rotate(url)).toMatchObject({ status: 2, stderr: `There is no file ${file}\n` })
  await writeFile(file, '\n', { mode: 0o600 })
  expect(await rotate(url)).toMatchObject({ status: 2, stderr: `There is no master key in ${file}\n` })
  await writeFile(file, newKey(), { mode: 0o600 })
  expect(await rotate(url)).toMatchObject({ status: 1, stderr: expect.stringContaining('not encrypted (unavailable)') })
  expect(await keysInFile()).toHaveLength(2)

  const made = await call(url, 'POST', '/v1/keys', ADMIN, { name: 'till', scopes: ['manage', 'send', 'read'] })
  const { key } = (await made.json()) as { key: string }
  expect((await call(url, 'POST', '/v1/encryption/rotate', key)).status).toBe(403)
}, 60_000)

test('a key file that is damaged, or that others may read, is refused and said so', async () => {
  await writeFile(file, newKey(), { mode: 0o600 })
  const { url } = await start({ KURIR_MASTER_KEY_FILE: file })
  const refusal = async () => {
    const answer = await call(url, 'POST', '/v1/encryption/rotate', ADMIN)
    const { code, detail } = (await answer.json()) as { code: string; detail: string }
    return { status: answer.status, code, detail }
  }
  await chmod(file, 0o644)
  const told = { status: 503, code: 'unavailable' }
  expect(await refusal()).toEqual({ ...told, detail: expect.stringContaining('chmod 600') })
  await chmod(file, 0o600)
  await writeFile(file, 'not a key')
  expect(await refusal()).toEqual({ ...told, detail: expect.stringContaining('32 random bytes') })
}, 60_000)

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../http/test/http-rig.ts'
import { kurir } from './test/process.ts'

const run = promisify(execFile)

let rig: HttpRig
let receiver: Server
let folder: string
beforeAll(async () => {
  rig = await HttpRig.open()
  receiver = createServer((_request, response) => void response.writeHead(204).end()).listen(0, '127.0.0.1')
  folder = await mkdtemp(join(tmpdir(), 'kurir-cli-'))
})
afterAll(async () => {
  receiver.close()
  await rig.close()
  await rm(folder, { recursive: true })
})

/** The real program, told where the gateway is by the environment. */
function operate(...args: string[]) {
  return kurir(args, { KURIR_URL: rig.url, KURIR_KEY: rig.admin })
}

test('webhooks are made, listed, tried and recovered', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const made = await operate('webhooks', 'create', url, '--events', 'message.*, session.status', '--json')
  const { id, secret, events } = JSON.parse(made.stdout)
  expect(events).toEqual(['message.*', 'session.status'])
  expect(secret).toMatch(/^whsec_/)
  expect((await operate('webhooks', 'list')).stdout).toMatch(
    new RegExp(`${id} +${url} +message.\\*,session.status +on`),
  )
  expect(await operate('webhooks', 'test', id)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^204 after/),
  })
  const recovered = await operate('webhooks', 'recover', id, '--since', '2026-01-01T00:00:00Z')
  expect(recovered).toMatchObject({ status: 0, stdout: '0 deliveries are due again\n' })
  expect(await operate('webhooks', 'redeliver', 'dlv_none')).toMatchObject({ status: 4 })
  expect(await operate('webhooks', 'recover', id)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--since'),
  })
  receiver.close()
  receiver.closeAllConnections()
  const gone = await operate('webhooks', 'test', id)
  expect(gone).toMatchObject({ status: 1, stderr: expect.stringContaining('It was not delivered') })
}, 60_000)

test('tenants are made and show what they use; sessions start and stop', async () => {
  expect(await operate('tenants', 'create', 'Acme Ltd', '--id', 'acme', '--time-zone', 'Asia/Makassar')).toMatchObject({
    stdout: 'Made acme\n',
  })
  expect((await operate('tenants', 'list')).stdout).toMatch(/acme +Acme Ltd +62 +Asia\/Makassar/)
  expect((await operate('tenants', 'usage')).stdout).toMatch(/messages +month +0/)
  await rig.call('POST', '/v1/sessions', { body: { id: 'shop' } })
  expect((await operate('sessions', 'stop', 'shop')).stdout).toBe('shop is stopped\n')
  expect((await operate('sessions', 'start', 'shop', '--json')).stdout).toMatch(/^\{"id":"shop"/)
}, 60_000)

test('doctor finds nothing wrong, or names what is and what to do', async () => {
  const listening = createServer().listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const lab = `ws://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const env = { KURIR_NETWORK: 'lab', KURIR_LAB_URL: lab, KURIR_LAB_ROOT_KEY: 'k'.repeat(44) }
  const data = join(folder, 'data')
  const well = await kurir(['doctor', '--data', data, '--json'], env)
  expect(well.stderr).toBe('')
  const findings = JSON.parse(well.stdout) as { name: string; result: string }[]
  const names = ['Node.js', 'settings', 'data directory', 'disk space', 'disk writes', 'database', 'network']
  expect(findings.map(({ name }) => name)).toEqual(names)
  expect(findings.filter(({ result }) => result === 'failed')).toEqual([])

  await writeFile(join(data, 'kurir.db'), 'this is no database, but it is longer than a header of one would be')
  await chmod(data, 0o755)
  listening.close()
  const ill = await kurir(['doctor', '--data', data], { ...env, KURIR_PROT: '1' })
  expect(ill).toMatchObject({ status: 1, stderr: expect.stringMatching(/checks failed/) })
  expect(ill.stdout).toMatch(/! settings: KURIR_PROT is not a setting; is KURIR_PORT meant\?/)
  expect(ill.stdout).toMatch(/! data directory: .*755.*\n {4}.*chmod 700/)
  expect(ill.stdout).toMatch(/✗ database: .*cannot be read/)
  expect(ill.stdout).toMatch(/✗ network: 127\.0\.0\.1 cannot be reached \(ECONNREFUSED\)\n {4}Start the lab/)
  const invalid = await kurir(['doctor'], { KURIR_PORT: 'many' })
  expect(invalid).toMatchObject({ status: 1, stdout: expect.stringMatching(/✗ settings: KURIR_PORT/) })
}, 60_000)

test('bash completes commands and flags', async () => {
  const { stdout: script } = await operate('completion', 'bash')
  const complete = async (...words: string[]) => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _kurir; echo "\${COMPREPLY[@]}"`
    return (await run('bash', ['-c', `${script}\n${line}`])).stdout.trim().split(' ')
  }
  expect(await complete('kurir', 'se')).toEqual(['sessions', 'send'])
  expect(await complete('kurir', 'sessions', 'p')).toEqual(['pair'])
  expect(await complete('kurir', 'sessions', 'pair', 'shop', '--ph')).toEqual(['--phone'])
  for (const shell of ['zsh', 'fish']) expect((await operate('completion', shell)).stdout).toContain('recover')
  expect(await operate('completion', 'tcsh')).toMatchObject({ status: 2 })
}, 60_000)

test('the reference names every setting', async () => {
  const { stdout } = await operate('config', 'reference')
  expect(stdout).toMatch(/\| `KURIR_PORT` \| `3000` \| .*\|/)
  expect(JSON.parse((await operate('config', 'reference', '--json')).stdout)).toContainEqual(
    expect.objectContaining({ name: 'KURIR_DATA', default: './data' }),
  )
})

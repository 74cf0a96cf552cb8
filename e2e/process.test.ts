import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { CLEAN } from './chaos/ledger.ts'
import { Load, lanesOf } from './load/lanes.ts'
import { eventually } from './support/api.ts'
import { clientOf } from './support/client.ts'
import { KURIR } from './support/kurir.ts'
import { startSandbox } from './support/sandbox.ts'

interface Started {
  child: ChildProcess
  url: string
  adminKey: string | undefined
  stderr: () => string
}

/** `kurir start` on the real network, which tests cannot reach. */
async function start(data: string): Promise<Started> {
  const child = spawn(process.execPath, [KURIR, 'start', '--json', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  })
  running.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await eventually('it to listen or to end', () => stdout.includes('\n') || child.exitCode !== null)
  const answer = stdout ? (JSON.parse(stdout) as { url: string; admin_key?: string }) : { url: '' }
  return { child, url: answer.url, adminKey: answer.admin_key, stderr: () => stderr }
}

const running: ChildProcess[] = []
const folders: string[] = []

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kurir-e2e-'))
  folders.push(made)
  return made
}

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

const api = (gateway: string, key = '') => clientOf({ gateway, keys: { native: key } })

describe('kurir start', () => {
  test('shows the admin key once; a killed process leaves nothing that blocks the next start', async () => {
    const data = folder()
    const first = await start(data)
    expect(first.adminKey).toMatch(/^kur_/)
    await api(first.url, first.adminKey).get('/v1/keys')
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')

    const second = await start(data)
    expect(second.adminKey).toBeUndefined()
    await api(second.url, first.adminKey).get('/v1/keys')
  })

  test('a second process on one data directory is refused in one clear line', async () => {
    const data = folder()
    await start(data)
    const second = await start(data)
    expect(second.child.exitCode).toBe(1)
    expect(second.stderr()).toContain(data)
    expect(second.stderr()).not.toMatch(/\n\s+at /)
  })

  test('without a network it stays up and says what it cannot reach', async () => {
    const { url, adminKey, stderr } = await start(folder())
    const admin = api(url, adminKey)
    await admin.post('/v1/sessions', { body: { id: 'shop' } })
    const session = await eventually('the attempt to fail', async () => {
      const now = await admin.get('/v1/sessions/{session}', { params: { path: { session: 'shop' } } })
      return now.status === 'disconnected' && now
    })
    expect(session.reason).toBe('network_unreachable')
    await eventually('it to be said', () => stderr().includes('web.whatsapp.com cannot be reached'))
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})

describe('stopping', () => {
  test('SIGTERM in the middle of a load: ends within ten seconds, and what was accepted is sent after the next start', async () => {
    const sandbox = await startSandbox(['--restart-on-exit'])
    try {
      const { contract } = sandbox
      const load = new Load(contract, lanesOf(contract, 3))
      const sending = load.sendOut(60)
      await eventually('the load to run', async () => (await load.judgeOut()) && load.shown.lines.length > 30)
      const next = sandbox.nextGateway()
      const started = Date.now()
      process.kill(sandbox.gatewayPid(), 'SIGTERM')
      await next
      expect(Date.now() - started).toBeLessThan(10_000)
      await sending
      await eventually('the last text', async () => (await load.judgeOut()).lost === 0)
      expect(await load.judgeOut()).toMatchObject(CLEAN)
    } finally {
      await sandbox.stop()
    }
  })

  test('the sandbox leaves nothing running, also when it is killed', async () => {
    const sandbox = await startSandbox()
    const pids = [sandbox.gatewayPid(), ...childrenOf(sandbox.pid)]
    expect(pids.length).toBeGreaterThanOrEqual(3)
    process.kill(sandbox.pid, 'SIGKILL')
    await eventually('all to end', () => pids.every((pid) => !isRunning(pid)), { timeoutMs: 15_000 })
    await sandbox.stop()
  })
})

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(' ').filter(Boolean).map(Number)
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../http/test/http-rig.ts'
import { OWN, until } from '../messages/test/rig.ts'
import { table } from './output.ts'
import { runCli } from './program.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

/** A command in this process; what it writes grows in `stdout` and `stderr`. */
class Command {
  stdout = ''
  stderr = ''
  readonly exited: Promise<number>

  constructor(args: string[]) {
    this.exited = runCli(['node', 'kurir', ...args], {
      out: (text) => {
        this.stdout += text
      },
      err: (text) => {
        this.stderr += text
      },
    })
  }
}

async function kurir(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = new Command(args)
  const status = await command.exited
  return { status, stdout: command.stdout, stderr: command.stderr }
}

/** Flags that name the rig. */
function at(): string[] {
  return ['--url', rig.url, '--key', rig.admin]
}

test('a session is paired by the QR codes that are shown, sends, and is logged out', async () => {
  const pairing = new Command(['sessions', 'pair', 'shop', ...at()])
  await until('a QR code is shown', () => pairing.stdout.includes('▄') || undefined)
  const account = rig.rig.account(await rig.rig.session('shop'))
  account.scan(account.connection.shownQr ?? '', OWN)
  expect(await pairing.exited).toBe(0)
  expect(pairing.stdout).toContain(`shop is connected as ${OWN.phone}`)

  const sent = await kurir('send', 'shop', '0813-0000-0001', 'halo', '--json', ...at())
  expect(JSON.parse(sent.stdout)).toMatchObject({ status: 'sent', to: '6281300000001' })
  expect((await kurir('sessions', 'list', ...at())).stdout).toMatch(/^ID {4}STATUS.*\nshop {2}connected/)
  const json = await kurir('sessions', 'list', '--json', ...at())
  expect(JSON.parse(json.stdout)).toMatchObject([{ id: 'shop', status: 'connected' }])

  account.answer = () => ({ kind: 'refuse', code: '463', retry: false })
  const failed = await kurir('send', 'shop', '6281300000001', 'halo', ...at())
  expect(failed).toMatchObject({ status: 1, stderr: 'The message failed: restricted\n' })
  const logout = await kurir('sessions', 'logout', 'shop', ...at())
  expect(logout).toEqual({ status: 0, stdout: 'shop is logged_out\n', stderr: '' })
})

test('a session is paired by a code', async () => {
  const pairing = new Command(['sessions', 'pair', 'coded', '--phone', OWN.phone, ...at()])
  const code = await until('a code is shown', () => /Code: (\S+)/.exec(pairing.stdout)?.[1])
  rig.rig.account(await rig.rig.session('coded')).enterCode(code, OWN)
  expect(await pairing.exited).toBe(0)
  expect(pairing.stdout).not.toContain('▄')
})

test('keys are made, listed and deleted', async () => {
  const made = await kurir('keys', 'create', 'till', '--scopes', 'send,read', '--json', ...at())
  const { id, key } = JSON.parse(made.stdout)
  expect((await rig.call('GET', '/v1/sessions', { key })).status).toBe(200)
  const listed = await kurir('keys', 'list', ...at())
  expect(listed.stdout).toMatch(new RegExp(`${id} +till +send,read`))
  expect(await kurir('keys', 'delete', id, ...at())).toMatchObject({ status: 0, stdout: `Deleted ${id}\n` })
  expect((await rig.call('GET', '/v1/sessions', { key })).status).toBe(401)
})

test('the exit status tells what was wrong', async () => {
  expect(await kurir('keys', 'create')).toMatchObject({ status: 2, stdout: '' })
  expect(await kurir('nothing')).toMatchObject({ status: 2 })
  expect(await kurir('sessions', 'list', '--url', rig.url)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('KURIR_KEY'),
  })
  const unreachable = await kurir('sessions', 'list', '--url', 'http://127.0.0.1:9', '--key', 'x')
  expect(unreachable).toMatchObject({ status: 3, stderr: expect.stringContaining('http://127.0.0.1:9') })
  expect(await kurir('sessions', 'list', '--url', rig.url, '--key', 'kur_wrong')).toEqual({
    status: 4,
    stdout: '',
    stderr: 'The key is not valid (unauthorized)\n',
  })
  const missing = await kurir('send', 'nowhere', '6281300000001', 'x', ...at())
  expect(missing).toMatchObject({ status: 4, stderr: expect.stringContaining('(session_not_found)') })
})

test('help and version', async () => {
  const help = await kurir('--help')
  expect(help).toMatchObject({ status: 0, stdout: expect.stringMatching(/Exit status: 0 done/) })
  for (const command of ['start', 'send', 'keys create', 'sessions pair']) {
    expect((await kurir(...command.split(' '), '--help')).stdout).toMatch(/Examples?:/)
  }
  const version = await kurir('version', '--json')
  expect(JSON.parse(version.stdout)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
})

test('a table has columns of equal width', () => {
  const rows = [
    ['first', 'x'],
    ['y', ''],
  ]
  expect(table(['A', 'LONG'], rows)).toBe('A      LONG\nfirst  x\ny')
})

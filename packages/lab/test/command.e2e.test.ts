import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const PRELOAD = new URL('../preload.mjs', import.meta.url).href

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs a program of ours; `line` waits for the next line on its standard output. */
function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => {
    out += data
  })
  child.stderr.on('data', (data) => {
    err += data
  })
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>
  const line = async () => {
    while (!out.includes('\n')) {
      const gone = await Promise.race([once(child.stdout, 'data').then(() => false), exit.then(() => true)])
      if (gone) throw new Error(`it ended: ${err}`)
    }
    const end = out.indexOf('\n')
    const first = out.slice(0, end)
    out = out.slice(end + 1)
    return first
  }
  return { child, line, exit, text: () => out + err }
}

interface Ready {
  lab: string
  ws: string
  rootKey: string
  caFile: string
}

test('prints one line of JSON, serves, and ends cleanly when told to', async () => {
  const lab = run([MAIN, '--port', '0', '--json'])
  const ready = JSON.parse(await lab.line()) as Ready
  expect(Object.keys(ready)).toEqual(['lab', 'ws', 'rootKey', 'caFile'])
  expect(ready.rootKey).toMatch(/^[0-9a-f]{64}$/)
  const made = await fetch(`${ready.lab}/phones`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ phone: '6281200000001' }),
  })
  expect(made.status).toBe(201)
  lab.child.kill('SIGTERM')
  expect(await lab.exit).toEqual([0, null])
})

test('says what is wrong and what it can do', async () => {
  const help = run([MAIN, '--help'])
  expect((await help.exit)[0]).toBe(0)
  expect(help.text()).toContain('--no-decrypt')
  expect(help.text()).toContain('Examples:')
  const wrong = run([MAIN, '--port', 'x'])
  expect((await wrong.exit)[0]).toBe(1)
  expect(wrong.text()).toContain('not a port number')
})

test('the preload points a process that knows nothing of the lab at it', async () => {
  const lab = run([MAIN, '--port', '0', '--json'])
  const { ws, rootKey } = JSON.parse(await lab.line()) as Ready
  const app = run(['--import', PRELOAD, '--input-type=module', '--eval', APP], { LAB_URL: ws, LAB_ROOT: rootKey })
  expect(await app.line()).toMatch(/^qr https:.*2@/)
})

/** An app as anybody would write it: a socket with the defaults. */
const APP = `
  import makeWASocket, { initAuthCreds } from 'baileys'
  import pino from 'pino'
  const keys = { get: async () => ({}), set: async () => {} }
  const sock = makeWASocket({ auth: { creds: initAuthCreds(), keys }, logger: pino({ level: 'silent' }) })
  sock.ev.on('connection.update', ({ qr }) => qr && console.log('qr', qr))
`

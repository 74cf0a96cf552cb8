import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, type SessionUid } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import type { Orders } from './test/crash-child.ts'
import { FileAuth } from './test/file-auth.ts'
import { Bench, eventually } from './test/harness.ts'
import { Recorder } from './test/recorder.ts'

const CHILD = fileURLToPath(new URL('./test/crash-child.ts', import.meta.url))

let bench: Bench
let directory: string

interface Account {
  phone: string
  session: SessionUid
  file: string
}

/** A paired account whose credentials and keys lie in a file. */
async function account(): Promise<Account> {
  const session = newId('ses')
  const phone = bench.newNumber()
  const file = join(directory, `${phone}.json`)
  await bench.control.phone(phone)
  const auth = new FileAuth(file, session)
  const sink = new Recorder(auth, session)
  bench.newEngine({ auth }).connect(session, sink, {})
  const qr = await eventually(() => sink.qrs[0])
  await bench.control.call('POST', `/phones/${phone}/scan`, { qr: qr.text })
  await eventually(() => sink.closed)
  return { phone, session, file }
}

interface Said {
  received?: string
  sent?: string
  drained?: boolean
  error?: string
}

/** Runs a client in a process of its own; ends with what it said and the signal it died of. */
function run(who: Account, orders: Partial<Orders>) {
  const { ws: url, rootKey } = bench.lab
  const { session, file } = who
  const all: Orders = { client: 'ours', send: [], session, file, url, rootKey, ...orders }
  const child = spawn(process.execPath, [CHILD, JSON.stringify(all)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: Said[] = []
  createInterface(child.stdout).on('line', (line) => said.push(JSON.parse(line)))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
  return { said, ended, kill: () => child.kill('SIGKILL') }
}

async function friends(who: Account) {
  const bob = await bench.contact()
  const group = await bench.group('Friends', bob, [who.phone])
  return { bob, group }
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kurir-crash-'))
  bench = await Bench.start()
})

afterAll(async () => {
  await bench.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Three messages in a row to a person or to a group; the second is in the making when the process dies. */
async function crashWhileSending(client: Orders['client'], dieAt: Orders['dieAt'], toGroup: boolean) {
  const who = await account()
  const { bob, group } = await friends(who)
  const to: string = toGroup ? group : phoneJid(bob)
  const message = (n: number) => ({ to, waId: `3EB0${who.phone}${n}`, text: `number ${n}` })
  const first = run(who, { client, send: [message(1), message(2)], ...(dieAt ? { dieAt } : {}) })
  expect(await first.ended, JSON.stringify(first.said)).toBe('SIGKILL')
  const again = client === 'ours' ? [message(2), message(3)] : [message(3)]
  const second = run(who, { client, send: again, leave: true })
  expect(await second.ended, JSON.stringify(second.said)).toBeNull()
  const row = (n: number) => bench.lab.world.ledger.find(who.phone, message(n).waId)
  await eventually(() => (row(3)?.shown ?? 0) + (row(3)?.undecryptable ?? 0) > 0)
  const undecryptable = [1, 2, 3].reduce((sum, n) => sum + (row(n)?.undecryptable ?? 0), 0)
  return { shown: (await bench.control.inbox(bob)).map(({ text }) => text), undecryptable }
}

describe('T16: a process killed while it sends', () => {
  test.each([
    ['ratchet.committed', false],
    ['ratchet.committed', true],
    ['stanza.acked', false],
    ['stanza.acked', true],
  ] as const)('at %s (to a group: %s): every message is shown once and readable', async (dieAt, toGroup) => {
    expect(await crashWhileSending('ours', dieAt, toGroup)).toEqual({
      shown: ['number 1', 'number 2', 'number 3'],
      undecryptable: 0,
    })
  })

  test('a stock Baileys, killed between the stanza and its ratchet, uses a message key twice', async () => {
    const { undecryptable } = await crashWhileSending('stock', 'stanza.written', true)
    expect(undecryptable).toBeGreaterThan(0)
  })
})

/** A message arrives, the process dies, and comes back. */
async function crashWhileReceiving(client: Orders['client'], dieAt: Orders['dieAt']) {
  const who = await account()
  const { bob } = await friends(who)
  const first = run(who, { client, ...(dieAt ? { dieAt } : {}) })
  await eventually(() => first.said.some(({ drained }) => drained))
  const id = await bench.control.text(bob, who.phone, 'do not lose me')
  expect(await first.ended).toBe('SIGKILL')
  const second = run(who, { client })
  await eventually(() => second.said.some(({ drained }) => drained))
  const queue = bench.companion(who.phone).queue
  await eventually(() => queue.size === 0)
  second.kill()
  await second.ended
  const told = [...first.said, ...second.said].filter(({ received }) => received === id).length
  return { told, retries: bench.wire.of(who.phone, 'receipt', { type: 'retry', id }).length }
}

describe('T18: a process killed while it receives', () => {
  test.each(['inbound.decrypted', 'inbound.journalled'] as const)('at %s: the message is told', async (dieAt) => {
    expect(await crashWhileReceiving('ours', dieAt)).toEqual({ told: 1, retries: 0 })
  })

  test('a stock Baileys, killed when the ratchet is saved, never tells', async () => {
    expect(await crashWhileReceiving('stock', 'inbound.saved')).toMatchObject({ told: 0 })
  })
})

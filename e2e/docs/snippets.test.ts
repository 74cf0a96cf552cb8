import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../packages/gateway/src/sandbox/free-port.ts'
import { eventually, json } from '../support/api.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'
import { type Block, blocksOf, pages, ROOT } from './blocks.ts'
import { at, isProgram, PageShell } from './shell.ts'

/** What pages show and nobody runs; JSON must at least be JSON. */
const SHOWN = ['json', 'yaml', 'ts', 'java', 'go', 'mermaid', 'text', 'sql', 'promql']
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const all = pages().map((page) => ({ page, blocks: blocksOf(page) }))
const unrun = all.flatMap(({ blocks }) => blocks.filter(({ notRun }) => notRun !== undefined))

let sandbox: RunningSandbox
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kurir-docs-'))
  sandbox = await startSandbox(['--data', join(folder, 'data')])
})
afterAll(async () => {
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A call with the admin key; null where there is no such thing. */
async function admin<Answer>(method: string, path: string, body?: unknown): Promise<Answer | null> {
  const { gateway, keys } = sandbox.contract
  const call = json<Answer>(method, gateway + path, { key: keys.admin, ...(body ? { body } : {}) })
  return call.catch((error: Error) => {
    if (error.message.includes(' answered 404')) return null
    throw error
  })
}

interface SessionNow {
  id: string
  status: string
}

/** The session that most pages speak of: paired and connected, or not there where the page makes it. */
async function prepareShop(text: string): Promise<void> {
  if (text.includes('"id": "shop"')) {
    await admin('DELETE', '/v1/sessions/shop')
    return
  }
  const shop = await admin<SessionNow>('GET', '/v1/sessions/shop')
  if (!shop) await admin('POST', '/v1/sessions', { id: 'shop' })
  else if (shop.status !== 'connected') await admin('POST', '/v1/sessions/shop/start')
  await scanAll()
}

const sessions = async () => (await admin<{ data: SessionNow[] }>('GET', '/v1/sessions?limit=200'))?.data ?? []

/** Ends when no session is on its way to a code. */
async function aCodeIsShown(): Promise<void> {
  await eventually('a code', async () => {
    const all = await sessions()
    return all.every(({ status }) => status !== 'connecting') && all.some(({ status }) => status === 'qr')
  })
}

/** Has a virtual phone scan each code that is shown, until every session that runs is connected. */
async function scanAll(): Promise<void> {
  const { lab } = sandbox.contract
  await eventually('every session to be connected', async () => {
    const all = await sessions()
    for (const { id } of all.filter(({ status }) => status === 'qr')) {
      const code = await admin<{ qr: string }>('GET', `/v1/sessions/${id}/qr`)
      const phone = phoneOf(id)
      if (code) {
        await json('POST', `${lab}/phones`, { body: { phone, name: id } }).catch(() => undefined)
        await json('POST', `${lab}/phones/${phone}/scan`, { body: { qr: code.qr } }).catch(() => undefined)
      }
    }
    return all.every(({ status }) => status === 'connected' || status === 'stopped' || status === 'logged_out')
  })
}

const phones = new Map<string, string>()

/** A number for each session's phone. */
function phoneOf(session: string): string {
  const phone = phones.get(session) ?? `62812900000${77 + phones.size}`
  phones.set(session, phone)
  return phone
}

async function aMessageArrives(): Promise<void> {
  const text = `Halo ${Math.random()}`
  const [contact] = sandbox.contract.contacts
  await json('POST', `${sandbox.contract.lab}/phones/${contact?.phone}/messages`, {
    body: { to: phoneOf('shop'), text },
  })
  await eventually('the message', async () => {
    const list = await admin<{ data: { text?: string }[] }>('GET', '/v1/sessions/shop/messages?direction=in&limit=5')
    return list?.data.some((message) => message.text === text)
  })
}

/** What a page may say that happens before a block. */
const MEANWHILE: Record<string, () => Promise<void>> = {
  'a message arrives': aMessageArrives,
  'a code is shown': aCodeIsShown,
  'a phone scans the code': scanAll,
}

/** Keys of two dialects for sessions that nobody has paired. */
async function unpairedKeys(): Promise<Record<string, string>> {
  const make = async (dialect: string) => {
    const session = `new-${dialect}`
    await admin('DELETE', `/v1/sessions/${session}`)
    await admin('POST', '/v1/sessions', { id: session })
    const made = await admin<{ key: string }>('POST', '/v1/keys', { name: session, dialect, session })
    return made?.key ?? ''
  }
  return { NEW_BLAZWA_KEY: await make('blazwa'), NEW_CHATBOT_KEY: await make('chatbot') }
}

async function openShell(page: string, text = ''): Promise<PageShell> {
  const { gateway, lab, keys } = sandbox.contract
  const here = join(folder, page.replaceAll('/', '-'))
  const port = String(await freePort())
  const env = {
    ...{ KEY: keys.native, ADMIN: keys.admin, GATEWAY: gateway, LAB: lab, API: `${gateway}/v1/sessions/shop` },
    ...{ KURIR_URL: gateway, KURIR_KEY: keys.admin, KURIR_DATA: join(folder, 'data/gateway'), PORT: port },
    ...{ CLIENT_ID: keys.blipcom.client_id, CLIENT_SECRET: keys.blipcom.client_secret, BLAZWA_KEY: keys.blazwa },
    ...(text.includes('$NEW_') ? await unpairedKeys() : {}),
    ...{ SESSIONS_KEY: keys.sessions, BOTS_TOKEN: keys.bots.token, CHATBOT_KEY: keys.chatbot },
  }
  const shell = new PageShell(here, env, [
    ['http://127.0.0.1:3000', gateway],
    ['https://kurir.example', gateway],
    ['127.0.0.1:8080', `127.0.0.1:${port}`],
    ['/backups/', `${here}/backups/`],
    ['/var/lib/kurir', `${here}/restored`],
    ['/etc/kurir', `${here}/etc`],
  ])
  for (const name of ['backups', 'etc']) mkdirSync(join(here, name))
  writeFileSync(join(here, 'photo.png'), Buffer.from(PIXEL, 'base64'))
  writeFileSync(join(here, 'price-list.pdf'), '%PDF-1.4\n%%EOF\n')
  return shell
}

/** What `path` (names and numbers, with dots) leads to. */
function lookUp(value: unknown, path: string): unknown {
  const step = (inside: unknown, name: string) => (inside as Record<string, unknown> | undefined)?.[name]
  return path.split('.').filter(Boolean).reduce(step, value)
}

/** The names, however deep, that the page shows and the answer has not. */
function missing(shown: unknown, real: unknown, path = ''): string[] {
  if (Array.isArray(shown)) return Array.isArray(real) ? missing(shown[0], real[0], `${path}/0`) : [path]
  if (typeof shown !== 'object' || shown === null) return shown !== undefined && real === undefined ? [path] : []
  return Object.entries(shown).flatMap(([name, inside]) => missing(inside, lookUp(real, name), `${path}/${name}`))
}

function unknown(block: Block): never {
  throw new Error(`${at(block)}: nothing is known that is called "${block.before}"`)
}

async function runPage(page: string, blocks: Block[]): Promise<void> {
  const isRun = (block: Block) => isProgram(block) && block.notRun === undefined
  const code = blocks.filter(isRun).map((block) => block.code)
  const text = code.join('\n')
  await prepareShop(text)
  const shell = await openShell(page, text)
  let printed = ''
  try {
    for (const block of blocks) {
      if (block.before !== undefined) await (MEANWHILE[block.before] ?? unknown(block))()
      if (block.answer !== undefined) {
        expect(missing(JSON.parse(block.code), lookUp(JSON.parse(printed), block.answer)), at(block)).toEqual([])
      }
      if (!isRun(block)) continue
      if (block.isEndless) void shell.begin(block)
      else printed = await shell.run(block)
      for (const [name, path] of block.keeps) {
        const value = lookUp(JSON.parse(printed), path)
        if (typeof value !== 'string') throw new Error(`${at(block)}: there is no ${path} in ${printed}`)
        shell.set(name, value)
      }
    }
    await shell.watch()
  } finally {
    await shell.close()
  }
}

describe('the blocks of the READMEs and of docs/', () => {
  test('are of known languages, and what is JSON is valid', () => {
    for (const { blocks } of all) {
      for (const block of blocks) {
        expect(isProgram(block) || SHOWN.includes(block.language), `${at(block)}: "${block.language}"`).toBe(true)
        if (block.language === 'json') expect(() => JSON.parse(block.code), at(block)).not.toThrow()
      }
    }
  })

  for (const { page, blocks } of all) {
    if (!blocks.some((block) => isProgram(block) && block.notRun === undefined)) continue
    test(`${page} runs, from top to bottom`, () => runPage(page, blocks))
  }
})

test('a block fails where any of its commands does, a request that is refused included', async () => {
  const shell = await openShell('a page that fails')
  const block = (code: string): Block => ({
    page: 'none',
    line: 1,
    language: 'sh',
    code,
    isEndless: false,
    keeps: [],
  })
  await expect(shell.run(block('false\ntrue\n'))).rejects.toThrow('none:1 ended with 1')
  await expect(shell.run(block('curl -s $GATEWAY/v1/nothing\ntrue\n'))).rejects.toThrow('not_found')
  await expect(shell.run(block('curl -s $GATEWAY/v1/nothing | cat\n'))).rejects.toThrow('ended with 22')
  expect(await shell.run(block('NAME=kept\n'))).toBe('')
  expect(await shell.run(block('echo $NAME\n'))).toBe('kept\n')
  await shell.begin({ ...block('echo over\n'), isEndless: true })
  await expect(shell.close()).rejects.toThrow('ended by itself')
})

describe('blocks that are not run here', () => {
  test('say why, and tests that they name are there', () => {
    for (const block of unrun) {
      expect(block.notRun?.length, at(block)).toBeGreaterThan(12)
      for (const [file] of block.notRun?.matchAll(/\S+\.test\.ts/g) ?? [])
        expect(existsSync(ROOT + file), file).toBe(true)
    }
  })

  for (const block of unrun) test.skip(`${at(block)}: ${block.notRun}`, () => {})
})

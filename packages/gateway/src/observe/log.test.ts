import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createLogger } from './log.ts'

function capture(pretty: boolean) {
  const lines: string[] = []
  return { lines, logger: createLogger({ level: 'trace', pretty, destination: { write: (line) => lines.push(line) } }) }
}

const CANARY = 'canary-5f3a9d'

test.each([false, true])('nothing that is named like a secret gets into a line (pretty: %s)', (pretty) => {
  const { lines, logger } = capture(pretty)
  const secrets = {
    ...{ key: CANARY, adminKey: CANARY, secret: CANARY, secretHash: CANARY, token: CANARY, password: CANARY },
    ...{ text: CANARY, content: { text: CANARY }, body: CANARY, qr: CANARY, pairingCode: CANARY, proto: CANARY },
    ...{ creds: { noiseKey: CANARY }, authorization: CANARY, 'x-api-key': CANARY, stanza: CANARY, node: [CANARY] },
  }
  logger.info(secrets, 'top')
  logger.info({ inner: secrets }, 'one deeper')
  logger.info({ req: { headers: secrets } }, 'two deeper')
  logger.info({ list: [{ deep: { deeper: secrets } }] }, 'in a list')
  const error = Object.assign(new Error('failed'), { request: { headers: secrets }, code: 'E_FAILED' })
  logger.error({ err: new Error('outer', { cause: error }) }, 'in an error')
  logger.child({ token: CANARY }).warn({ request: { headers: { authorization: CANARY } } }, 'child')
  expect(lines).toHaveLength(6)
  expect(lines.join('')).not.toContain(CANARY)
  expect(lines.join('')).toContain('[redacted]')
  expect(secrets.key).toBe(CANARY)
})

test('a line in JSON has a time, a level by name and what was logged', () => {
  const { lines, logger } = capture(false)
  logger.warn({ session: 'shop', err: new Error('gone') }, 'session lost')
  const line = JSON.parse(lines[0] ?? '')
  expect(line).toMatchObject({ level: 'warn', msg: 'session lost', session: 'shop', err: { message: 'gone' } })
  expect(new Date(line.time).getTime()).toBeGreaterThan(0)
})

test('a line for people is short, with an error’s stack below', () => {
  const { lines, logger } = capture(true)
  logger.info({ session: 'shop', name: 'two words' }, 'connected')
  logger.error({ err: new Error('gone') }, 'failed')
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}connected session=shop name="two words"\n$/)
  expect(lines[1]).toMatch(/ERROR failed\nError: gone\n {4}at /)
})

test('the level is kept', () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'warn', pretty: false, destination: { write: (line) => lines.push(line) } })
  logger.info('not this')
  expect(lines).toEqual([])
})

test('a log that grows onto a full disk ends nothing, and goes on when there is space', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kurir-log-'))
  const file = join(directory, 'gateway.log')
  const log = openSync(file, 'a')
  const script = `
    import { execFileSync } from 'node:child_process'
    import { createLogger } from ${JSON.stringify(fileURLToPath(new URL('log.ts', import.meta.url)))}
    const limit = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=' + bytes + ':'])
    const logger = createLogger({ level: 'info', pretty: false })
    limit(4096)
    for (let n = 0; n < 20_000; n += 1) logger.info({ n }, 'while it is full')
    limit('unlimited')
    logger.info('there is space again')
    console.log('still there')
  `
  const args = ['--input-type=module', '--eval', script]
  const { stdout, status } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', log],
    encoding: 'utf8',
    timeout: 20_000,
  })
  closeSync(log)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  rmSync(directory, { recursive: true })
  expect({ stdout, status }).toEqual({ stdout: 'still there\n', status: 0 })
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ msg: 'there is space again' })
})

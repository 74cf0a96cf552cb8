import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, startLab } from 'kurir-lab'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '../packages/gateway/src/app.ts'
import { loadConfig } from '../packages/gateway/src/config/config.ts'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf, receivedIn } from './support/client.ts'
import { KURIR } from './support/kurir.ts'

const KEY = '9f0c4d71b3e84a52a6d7c0e1f5b29384'
const SHOP = '6281210000001'
const ANI = '6281311110001'
const HOUR = 3_600_000

let root: string
let lab: Lab
let app: App
let url: string
let group: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'kurir-backup-'))
  lab = await startLab()
})
afterAll(async () => {
  await app?.stop()
  await lab?.close()
  rmSync(root, { recursive: true, force: true })
})

async function start(dataDir: string): Promise<void> {
  const { config } = loadConfig(
    {
      ...{ KURIR_NETWORK: 'lab', KURIR_LAB_URL: lab.ws, KURIR_LAB_ROOT_KEY: lab.rootKey, KURIR_LAB_CA: lab.caFile },
      ...{ KURIR_DATA: dataDir, KURIR_PORT: '0', KURIR_ADMIN_KEY: KEY, KURIR_RATE_LIMIT: '0' },
      KURIR_MASTER_KEY: 'MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=',
    },
    {},
  )
  app = await createApp(config, pino({ level: 'silent' }))
  url = (await app.start()).url
}

const shop = { params: { path: { session: 'shop' } } }
const client = () => clientOf({ gateway: url, keys: { native: KEY } })

function control<Answer>(path: string, body: unknown): Promise<Answer> {
  return json<Answer>('POST', lab.url + path, { body })
}

async function pair(): Promise<void> {
  for (const phone of [SHOP, ANI]) await control('/phones', { phone, name: phone })
  await client().post('/v1/sessions', { body: { id: 'shop' } })
  const { qr } = await eventually('a QR code', () => client().get('/v1/sessions/{session}/qr', shop))
  await control(`/phones/${SHOP}/scan`, { qr })
  await untilConnected()
  const made = await control<{ id: string }>('/groups', { name: 'Friends', owner: ANI, participants: [SHOP] })
  group = made.id
}

async function untilConnected(): Promise<void> {
  await eventually('the session to be connected', async () => {
    const { status } = await client().get('/v1/sessions/{session}', shop)
    return status === 'connected'
  })
}

/** A text both ways, to the person and in the group; resolves when each end can read all four. */
async function exchange(round: string): Promise<void> {
  await Promise.all([ANI, group].map((to) => client().send('shop', { to, type: 'text', text: `out ${round} ${to}` })))
  await control(`/phones/${ANI}/messages`, { to: SHOP, text: `in ${round} person` })
  await control(`/phones/${ANI}/messages`, { to: group, text: `in ${round} group` })
  for (const to of [ANI, group]) {
    await eventually(`the phone to show round ${round} in ${to}`, async () =>
      (await shownMessages(lab.url, ANI)).some(({ text }) => text === `out ${round} ${to}`),
    )
  }
  for (const where of ['person', 'group']) {
    await eventually(`in ${round} ${where} to be received`, async () =>
      JSON.stringify(await receivedIn(client(), 'shop')).includes(`in ${round} ${where}`),
    )
  }
}

function kurir(...args: string[]) {
  return spawnSync(process.execPath, [KURIR, ...args, '--json'], { encoding: 'utf8', env: { PATH: process.env.PATH } })
}

test('a backup of a running gateway is restored: old ratchets are not used again, and both ways are read', async () => {
  const [before, after, file] = [join(root, 'before'), join(root, 'after'), join(root, 'monday.db')]
  await start(before)
  await pair()
  await exchange('one')
  const later = await client().send('shop', {
    ...{ to: ANI, type: 'text', text: 'perhaps sent since', send_at: new Date(Date.now() + HOUR).toISOString() },
  })

  const backup = kurir('backup', file, '--data', before, '--media')
  expect(backup.status, backup.stderr).toBe(0)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const again = kurir('backup', file, '--data', before)
  expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing is overwritten') })
  await exchange('two')
  await exchange('three')
  await app.stop()

  const taken = kurir('restore', file, '--data', before)
  expect(taken).toMatchObject({ status: 1, stderr: expect.stringContaining('is not empty') })
  const restored = kurir('restore', file, '--data', after)
  expect(restored.status, restored.stderr).toBe(0)
  expect(JSON.parse(restored.stdout)).toMatchObject({ sessions: 1, unknown: 1 })
  await start(after)
  await untilConnected()
  const { status } = await client().get('/v1/messages/{id}', { params: { path: { id: later.id } } })
  expect(status).toBe('unknown')
  await exchange('four')
  await exchange('five')
  const shown = await shownMessages(lab.url, ANI)
  expect(shown.filter(({ text }) => !text)).toEqual([])
  expect(shown.filter(({ undecryptable }) => undecryptable > 0)).toEqual([])
  expect(shown.some(({ text }) => text === 'perhaps sent since')).toBe(false)
})

test('a damaged backup, or one without its checksum, is refused and leaves nothing', async () => {
  const file = join(root, 'damaged.db')
  expect(kurir('backup', file, '--data', join(root, 'before')).status).toBe(0)
  appendFileSync(file, 'x')
  const target = join(root, 'refused')
  expect(kurir('restore', file, '--data', target).stderr).toContain('is damaged')
  rmSync(`${file}.sha256`)
  expect(kurir('restore', file, '--data', target).stderr).toContain('belongs to the backup')
  expect(existsSync(target) ? readdirSync(target) : []).toEqual([])
})

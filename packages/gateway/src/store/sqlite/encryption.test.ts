import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_TENANT, newId } from '../../core/ids.ts'
import { World } from '../conformance/world.ts'
import type { MasterKeySource } from '../sealing/keyring.ts'
import type { Store } from '../store.ts'
import { DATABASE_FILE } from './directory.ts'
import { openDriver } from './driver.ts'
import { openSqliteStore } from './open.ts'

const logger = pino({ level: 'silent' })
const CANARY = 'canary-7d1c9e'
const canary = (what: string) => `${CANARY}-${what}-${'x'.repeat(20)}`

let root: string
let dataDir: string
let masterKey: MasterKeySource | null
let world: World

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kurir-encryption-'))
  dataDir = join(root, 'data')
  masterKey = { text: randomKey() }
})

afterEach(async () => {
  await world.remove()
  rmSync(root, { recursive: true })
})

function randomKey(): string {
  return randomBytes(32).toString('base64')
}

async function open(): Promise<World> {
  let store: Store | undefined
  world = await World.open(async (clock) => {
    const reopen = async () => {
      await store?.close()
      store = await openSqliteStore({ dataDir, clock, logger, masterKey })
      return store
    }
    return { store: await reopen(), reopen, remove: async () => store?.close() }
  })
  return world
}

/** Puts a secret that is known into every encrypted place. */
async function plant() {
  const session = await world.session({ settings: { proxy: `http://shop:${canary('proxy')}@proxy.example:8080` } })
  const { auth, access } = world.store
  await auth.saveCreds(session.uid, JSON.stringify({ noiseKey: canary('creds') }))
  const journal = [{ key: 'j1', plaintext: Buffer.from(canary('journal')), envelope: '{}' }]
  await auth.commit(session.uid, { keys: [{ type: 'session', id: 'ani.1', value: canary('signal') }], journal })
  const { message } = await world.accept(session, { proto: Buffer.from(canary('proto')) })
  const endpoint = await world.endpoint({
    headers: { authorization: canary('header') },
    secret: canary('secret'),
    previousSecret: { secret: canary('previous'), until: world.now + 1_000 },
    settings: { webhookkey: canary('webhookkey') },
  })
  const keyId = newId('key')
  await access.createKey({
    ...{ id: keyId, tenant: DEFAULT_TENANT, name: 'pair', secretHash: 'h', scopes: ['send'], sessionUid: session.uid },
    ...{ session: session.id, dialect: 'bots', alias: 'bot-1', sealed: canary('token'), createdAt: world.now },
  })
  return { session, message, endpoint }
}

async function expectReadable({ session, message, endpoint }: Awaited<ReturnType<typeof plant>>) {
  const { auth, sessions, webhooks, access, messages } = world.store
  expect(await auth.loadCreds(session.uid)).toContain(canary('creds'))
  expect((await auth.getKeys(session.uid, 'session', ['ani.1'])).get('ani.1')).toBe(canary('signal'))
  expect(Buffer.from((await auth.findJournal(session.uid, 'j1')) ?? []).toString()).toBe(canary('journal'))
  expect((await auth.pendingJournal(session.uid)).map((row) => Buffer.from(row.plaintext).toString())).toEqual([
    canary('journal'),
  ])
  const [item] = await messages.loadOutbox(session.uid, { afterRow: 0, limit: 10 })
  expect(item?.id).toBe(message.id)
  expect(Buffer.from(item?.proto ?? []).toString()).toBe(canary('proto'))
  expect(Buffer.from((await auth.findSentProto(session.uid, message.waId)) ?? []).toString()).toBe(canary('proto'))
  expect(await webhooks.getEndpoint(DEFAULT_TENANT, endpoint.id)).toEqual(endpoint)
  expect((await sessions.getSessionByUid(session.uid))?.settings).toEqual(session.settings)
  expect((await access.listDialectKeys(DEFAULT_TENANT, 'bots')).map(({ sealed }) => sealed)).toEqual([canary('token')])
}

/** Secrets that a grep of all files finds. */
function leaks(): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1').match(/canary-7d1c9e-\w+/g) ?? [])
}

test('with a master key no planted secret is in any file, before and after a restart', async () => {
  await open()
  const planted = await plant()
  expect(leaks()).toEqual([])
  await expectReadable(planted)
  await world.restart()
  await expectReadable(planted)
  expect(leaks()).toEqual([])
  expect(world.store.encryption.isOn).toBe(true)
})

test('a plain store is encrypted at the first start with a key, also where that was cut short', async () => {
  const key = masterKey
  masterKey = null
  await open()
  const planted = await plant()
  expect(new Set(leaks()).size).toBe(10)
  await world.store.close()

  masterKey = key
  await world.restart()
  await expectReadable(planted)
  expect(leaks()).toEqual([])

  // As a kill in the middle leaves it: half of the values are plain again, and the conversion has not ended.
  await world.store.close()
  const driver = openDriver(join(dataDir, DATABASE_FILE), { busyMs: 1_000 })
  driver.exec(`UPDATE signal_key SET value = '${canary('signal')}'; UPDATE master_key SET state = 'converting'`)
  driver.close()
  expect(leaks()).toEqual([`${CANARY}-signal`])
  await world.restart()
  await expectReadable(planted)
  expect(leaks()).toEqual([])
})

test('a wrong key and a missing one refuse to start and change nothing', async () => {
  await open()
  const planted = await plant()
  await world.store.close()
  const right = masterKey
  const before = readFileSync(join(dataDir, DATABASE_FILE))
  for (const wrong of [null, { text: randomKey() }]) {
    masterKey = wrong
    await expect(world.restart()).rejects.toThrow(/master key|KURIR_MASTER_KEY/)
    expect(readFileSync(join(dataDir, DATABASE_FILE)).equals(before)).toBe(true)
  }
  masterKey = { text: 'c2hvcnQ=' }
  await expect(world.restart()).rejects.toThrow('32 random bytes')
  masterKey = right
  await world.restart()
  await expectReadable(planted)
})

test('a value that was moved to another row, session or tenant does not open', async () => {
  await open()
  const one = await world.session()
  const two = await world.session()
  const keys = ['a', 'b'].map((id) => ({ type: 'session', id, value: `value of ${id}` }))
  for (const { uid } of [one, two]) {
    await world.store.auth.commit(uid, { keys, journal: [] })
    await world.store.auth.saveCreds(uid, `creds of ${uid}`)
  }
  const driver = openDriver(join(dataDir, DATABASE_FILE), { busyMs: 1_000 })
  driver.exec(`
    UPDATE signal_key SET value = (SELECT value FROM signal_key WHERE session_uid = '${one.uid}' AND id = 'a')
      WHERE session_uid = '${one.uid}' AND id = 'b';
    UPDATE credential SET value = (SELECT value FROM credential WHERE session_uid = '${one.uid}')
      WHERE session_uid = '${two.uid}'`)
  driver.close()
  const { auth } = world.store
  await expect(auth.getKeys(one.uid, 'session', ['b'])).rejects.toThrow()
  await expect(auth.loadCreds(two.uid)).rejects.toThrow()
  expect((await auth.getKeys(one.uid, 'session', ['a'])).get('a')).toBe('value of a')
  expect((await auth.getKeys(two.uid, 'session', ['b'])).get('b')).toBe('value of b')
})

test('a rotation under load loses nothing, and the old key is refused after it', async () => {
  const file = join(root, 'master.key')
  const [old, next] = [randomKey(), randomKey()]
  writeFileSync(file, old, { mode: 0o600 })
  masterKey = { file }
  await open()
  const planted = await plant()
  const sessions = await Promise.all(Array.from({ length: 300 }, () => world.session()))
  const save = (round: number) =>
    Promise.all(sessions.map(({ uid }) => world.store.auth.saveCreds(uid, `creds ${round} of ${uid}`)))
  await save(0)
  writeFileSync(file, `${next}\n${old}\n`)
  const load = save(1)
  const rewrapped = await world.store.encryption.rotate()
  await Promise.all([load, world.session().then(({ uid }) => world.store.auth.saveCreds(uid, 'made meanwhile'))])
  expect(rewrapped).toBe(302)
  expect(await world.store.encryption.rotate()).toBe(0)

  writeFileSync(file, next)
  await world.restart()
  await expectReadable(planted)
  for (const { uid } of sessions) expect(await world.store.auth.loadCreds(uid)).toBe(`creds 1 of ${uid}`)
  writeFileSync(file, old)
  await expect(world.restart()).rejects.toThrow('not the one')
  writeFileSync(file, next)
  chmodSync(file, 0o644)
  await expect(world.restart()).rejects.toThrow('chmod 600')
  chmodSync(file, 0o600)
  await world.restart()
})

test('a session takes its data key along, and a unit that was rolled back leaves no key that is not stored', async () => {
  await open()
  const session = await world.session()
  const { auth } = world.store
  // The row of the session is missing, so the write fails after its data key was made.
  const gone = newId('ses')
  await expect(auth.saveCreds(gone, 'x')).rejects.toThrow()
  await world.session({ uid: gone, id: 'late' })
  await auth.saveCreds(gone, 'kept')
  await auth.saveCreds(session.uid, 'deleted')
  await world.restart()
  expect(await world.store.auth.loadCreds(gone)).toBe('kept')
  await world.store.sessions.deleteSession(session.uid)
  const driver = openDriver(join(dataDir, DATABASE_FILE), { busyMs: 1_000 })
  expect(driver.prepare('SELECT scope FROM data_key').all()).toEqual([{ scope: `session/${gone}` }])
  driver.close()
})

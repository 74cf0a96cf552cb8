import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDriver } from '../packages/gateway/src/store/sqlite/driver.ts'
import { eventually, json, shownMessages } from './support/api.ts'
import { receivedIn } from './support/client.ts'
import { Ground } from './support/ground.ts'

let ground: Ground
beforeAll(async () => {
  ground = await Ground.start()
}, 60_000)
afterAll(() => ground?.stop())

/** The value of a series. */
async function count(series: string): Promise<number> {
  const text = await (await fetch(`${ground.url}/metrics`)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  if (!line) throw new Error(`there is no ${series}`)
  return Number(line.slice(series.length + 1))
}

function retries(kind: string): Promise<number> {
  return count(`kurir_retries_total{kind="${kind}"}`)
}

function contact(): string {
  return ground.place.contacts[0]?.phone ?? ''
}

function session() {
  return ground.place.sessions[0] ?? { id: '', phone: '' }
}

/** The session writes to the contact; resolves when the server has it. */
async function send(text: string): Promise<void> {
  await ground.native.send(session().id, { to: contact(), type: 'text', text }, { wait: 10_000 })
}

/** The contact writes to the session; answers WhatsApp's id. */
async function write(text: string): Promise<string> {
  const body = { to: session().phone, text }
  return (await json<{ id: string }>('POST', `${ground.lab.url}/phones/${contact()}/messages`, { body })).id
}

/** Resolves when the gateway has read the message. */
async function read(waId: string): Promise<void> {
  await eventually('the message to be read', async () => {
    const messages = await receivedIn(ground.native, session().id)
    return messages.some(({ wa_id, type }) => wa_id === waId && type === 'text')
  })
}

/** Everything that was agreed with anybody is gone, on the gateway's side only. */
async function forgetRatchets(): Promise<void> {
  await ground.end()
  const driver = openDriver(join(ground.directory, 'gateway', 'kurir.db'), { busyMs: 5_000 })
  driver.exec("DELETE FROM signal_key WHERE type = 'session'")
  driver.close()
  await ground.begin()
  await ground.connected()
}

test('nothing is counted while all is well', async () => {
  await read(await write('all is well'))
  for (const kind of ['asked', 'phone_asked', 'requested', 'answered']) expect(await retries(kind), kind).toBe(0)
  expect(await count('kurir_decrypt_failures_total')).toBe(0)
  expect(await count('kurir_encrypt_failures_total')).toBe(0)
})

test('a message that a phone could not read is asked for, and answered', async () => {
  await ground.fault('retry-receipt', { session: session().phone, count: 1 })
  await send('say again?')
  await eventually('the answer', async () => (await retries('answered')) === 1)
  await eventually('the phone to have both', async () => {
    const shown = await shownMessages(ground.lab.url, contact())
    return shown.some(({ text, copies }) => text === 'say again?' && copies === 2)
  })
  expect(await retries('requested')).toBe(1)
  expect(await retries('asked')).toBe(0)
})

test('a message that came without its content is asked for at the own phone', async () => {
  await ground.fault('unavailable', { session: session().phone, count: 1 })
  await read(await write('only the phone has it'))
  expect(await count('kurir_decrypt_failures_total')).toBe(1)
  expect(await retries('phone_asked')).toBe(1)
  expect(await retries('asked')).toBe(0)
})

test('a message whose ratchet is gone fails, is asked for, and is read at last', async () => {
  // Without an answer the phone goes on with what it had before, not with a new session.
  await send('established')
  await forgetRatchets()
  await read(await write('under a ratchet that is gone'))
  expect(await count('kurir_decrypt_failures_total')).toBeGreaterThan(0)
  expect(await retries('asked')).toBeGreaterThan(0)
  expect(await count('kurir_events_total{type="message.undecryptable"}')).toBe(1)
})

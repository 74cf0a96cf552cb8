import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from 'kurir-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf } from './support/client.ts'
import { KURIR } from './support/kurir.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

interface Record {
  kind: string
  contact?: { phone: string; lid: string | null }
  message?: Message
  event?: { type: string; data: { id?: string } }
}

let sandbox: RunningSandbox
let folder: string
beforeAll(async () => {
  sandbox = await startSandbox([])
  folder = mkdtempSync(join(tmpdir(), 'kurir-personal-'))
})
afterAll(async () => {
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const client = () => clientOf(sandbox.contract)
const inSession = () => ({ params: { path: { session: sandbox.contract.session } } })
const send = (to: string, text: string) =>
  client().send(sandbox.contract.session, { to, type: 'text', text }, { wait: 30_000 })

async function listed(): Promise<Message[]> {
  const params = { ...inSession().params, query: { limit: 200 } }
  return (await client().get('/v1/sessions/{session}/messages', { params })).data
}

function kurir(...args: string[]) {
  const { gateway, keys, session } = sandbox.contract
  const env = { PATH: process.env.PATH, KURIR_URL: gateway, KURIR_KEY: keys.native }
  return spawnSync(process.execPath, [KURIR, ...args, '--session', session], { encoding: 'utf8', env })
}

/** A text each way, a text in the group and a file, all of one person. */
async function talk(person: string): Promise<void> {
  const { lab, phone, groups } = sandbox.contract
  const says = (message: object) => json('POST', `${lab}/phones/${person}/messages`, { body: message })
  await says({ to: phone, text: `${person} to the shop` })
  await says({ to: groups[0]?.id, text: `${person} in the group` })
  const base64 = Buffer.from(`the file of ${person}`).toString('base64')
  await says({ to: phone, document: { base64, mimetype: 'text/plain', fileName: 'a.txt' } })
  const text = `the shop to ${person}`
  await send(person, text)
  await eventually(`the messages of ${person}`, async () => {
    const all = await listed()
    const texts = all.map((message) => message.text)
    const mine = all.find((message) => message.text === text)
    const file = all.find((message) => message.media && message.chat === person)
    const group = texts.includes(`${person} in the group`)
    return group && file && mine?.status === 'delivered' && texts.includes(`${person} to the shop`)
  })
}

test('everything of one person is handed out and forgotten; others, and what both may still write, stay', async () => {
  const { lab, phone, contacts } = sandbox.contract
  const [ani = '', budi = ''] = contacts.map((contact) => contact.phone)
  await Promise.all([talk(ani), talk(budi)])
  const file = (await listed()).find((message) => message.chat === ani && message.media)?.media?.id ?? ''
  const download = async () =>
    (
      await fetch(`${sandbox.contract.gateway}/v1/media/${file}`, {
        headers: { authorization: `Bearer ${sandbox.contract.keys.native}` },
      })
    ).status
  expect(await download()).toBe(200)

  const out = join(folder, 'ani.jsonl')
  const exported = kurir('contacts', 'export', ani, '--out', out)
  expect(exported.status, exported.stderr).toBe(0)
  expect(statSync(out).mode & 0o777).toBe(0o600)
  const records = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record)
  expect(records[0]).toMatchObject({ kind: 'contact', contact: { phone: ani } })
  const messages = records.flatMap(({ message }) => (message ? [message] : []))
  expect(messages.map(({ text }) => text).sort()).toEqual(
    [undefined, `${ani} in the group`, `${ani} to the shop`, `the shop to ${ani}`].sort(),
  )
  const told = records.filter(({ event }) => event?.type === 'message.received').map(({ event }) => event?.data.id)
  expect(told.sort()).toEqual(
    messages
      .filter(({ text }) => !text?.startsWith('the shop'))
      .map(({ id }) => id)
      .sort(),
  )
  expect(readFileSync(out, 'utf8')).not.toContain(budi)
  expect(kurir('contacts', 'export', ani, '--out', out)).toMatchObject({ status: 1 })

  const forgotten = kurir('contacts', 'forget', ani, '--json')
  expect(forgotten.status, forgotten.stderr).toBe(0)
  const events = records.filter(({ kind }) => kind === 'event').length
  expect(JSON.parse(forgotten.stdout)).toEqual({ messages: 4, events, files: 1, contacts: 1 })
  expect(await download()).toBe(404)
  const rest = JSON.stringify([
    await listed(),
    await client().get('/v1/sessions/{session}/contacts', inSession()),
    await client().get('/v1/sessions/{session}/chats', inSession()),
    await client().get('/v1/events', { params: { query: { limit: 200 } } }),
  ])
  expect(rest).not.toContain(ani)
  for (const text of [`${budi} in the group`, `${budi} to the shop`, `the shop to ${budi}`])
    expect(rest).toContain(text)
  expect(kurir('contacts', 'export', ani)).toMatchObject({ status: 0, stdout: '' })

  await send(ani, 'hello again')
  await json('POST', `${lab}/phones/${ani}/messages`, { body: { to: phone, text: 'who are you?' } })
  await eventually('the answer', async () => (await listed()).some(({ text }) => text === 'who are you?'))
  expect((await shownMessages(lab, ani)).some(({ text }) => text === 'hello again')).toBe(true)
  const audit = await client().get('/v1/audit')
  const actions = audit.data.map(({ action }) => action)
  expect(actions.filter((action) => action.startsWith('contact.'))).toEqual([
    'contact.exported',
    'contact.forgotten',
    'contact.exported',
    'contact.exported',
  ])
  expect(JSON.stringify(audit)).not.toContain(ani)
})

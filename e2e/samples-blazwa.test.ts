import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shownMessages } from './support/api.ts'
import { SAMPLE_LANGUAGES, type SampleLanguage, type SampleRequest } from './support/blazwa-samples.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

/** A PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const run = promisify(execFile)

let sandbox: RunningSandbox
let site: Server
beforeAll(async () => {
  site = createServer((_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG))
  await once(site.listen(0, '127.0.0.1'), 'listening')
  sandbox = await startSandbox()
})
afterAll(async () => {
  await sandbox?.stop()
  site.closeAllConnections()
  site.close()
})

interface Case extends SampleRequest {
  /** What is answered to the sample with a body, and to those without. */
  answer: object
  answerWithout: object
}

const SENT = { code: 20001 }
const INVALID = { code: 40001, errors: expect.anything() }

/** The document's eight, with host, key and placeholders filled in. */
function cases(): Case[] {
  const { gateway, contacts, groups, keys } = sandbox.contract
  const place = `${gateway}/openapi/wa`
  const here = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const phone = contacts[0]?.phone ?? ''
  const content = { message: 'Halo', imageUrl: `${here}/a.png` }
  const get = (name: string, answer: object, path = name): Case => ({
    ...{ name, method: 'GET', url: `${place}/${path}`, key: keys.blazwa, answer, answerWithout: answer },
  })
  const post = (name: string, body: Record<string, string>, answer: object, answerWithout: object): Case => ({
    ...{ name, method: 'POST', url: `${place}/${name}`, key: keys.blazwa, body, answer, answerWithout },
  })
  const connected = { status: 'connected', code: null }
  return [
    get('restart', { status: 'ready', code: null }),
    { ...get('status', connected), method: 'POST' },
    post('login-qr', { responseAs: 'image' }, { code: 40006 }, { code: 40006 }),
    get('check-number', { code: null }, `check-number/${phone}`),
    post('message', { phoneNumber: phone, ...content }, SENT, INVALID),
    post('message-group', { groupName: groups[0]?.name ?? '', ...content }, SENT, INVALID),
    post('webhook', { webhook: `${here}/hook` }, SENT, INVALID),
    get('webhook/reset', { status: 'connected', code: 0 }),
  ]
}

async function imagesShown(): Promise<number> {
  const { lab, contacts, phone } = sandbox.contract
  const rows = await shownMessages(lab, contacts[0]?.phone ?? '')
  return rows.filter(({ from, type }) => from === phone && type === 'image').length
}

function isThere({ command, probe }: SampleLanguage): boolean {
  return spawnSync(command, probe).status === 0
}

test.for(SAMPLE_LANGUAGES)('document 001, the samples in $name, all eight', async (language, context) => {
  const { command, probe, hasBody } = language
  context.skip(!isThere(language), `"${command} ${probe.join(' ')}" does not run here`)
  const before = await imagesShown()
  for (const sample of cases()) {
    const { stdout } = await run(command, [...language.args(sample)])
    expect(JSON.parse(stdout), sample.name).toMatchObject(hasBody ? sample.answer : sample.answerWithout)
  }
  // To the person and to the group that he is in.
  expect(await imagesShown()).toBe(before + (hasBody ? 2 : 0))
})

import { execFile, spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabApp, Site, until } from '../test/lab-app.ts'
import { javascriptSample, phpRequest, pythonSample, type SampleCall } from './test/language-samples.ts'

/** The samples of document 001 in other languages, with host, key and placeholders filled in and nothing else changed. */
const SHOP = '6281210000004'
const BUDI = '6281310000004'

const run = promisify(execFile)

let app: LabApp
let site: Site
let key = ''

beforeAll(async () => {
  ;[app, site] = await Promise.all([LabApp.start(), Site.open()])
  await app.phone(BUDI, 'Budi')
  await app.paired('shop', SHOP)
  await app.control('POST', '/groups', { name: 'Toko Kurir', owner: BUDI, participants: [SHOP] })
  key = (await app.credential('blazwa', 'shop')).key ?? ''
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  site.files.set('/red.png', { type: 'image/png', bytes: await image.png().toBuffer() })
})
afterAll(async () => {
  await Promise.all([app?.close(), site?.close()])
})

interface Case extends SampleCall {
  name: string
  /** What the JavaScript sample's answer says, and what the samples without a body are told. */
  code: string
  codeWithout: string
}

const NULL = '(null|None)'

function cases(): Case[] {
  const place = '/openapi/wa'
  const content = { message: 'Halo', imageUrl: `${site?.url}/red.png` }
  return [
    { name: 'restart', method: 'GET', path: `${place}/restart`, code: NULL, codeWithout: NULL },
    { name: 'status', method: 'POST', path: `${place}/status`, code: NULL, codeWithout: NULL },
    {
      ...{ name: 'login-qr', method: 'POST', path: `${place}/login-qr`, code: '40006', codeWithout: '40006' },
      body: { responseAs: 'image' },
    },
    { name: 'check-number', method: 'GET', path: `${place}/check-number/${BUDI}`, code: NULL, codeWithout: NULL },
    {
      ...{ name: 'message', method: 'POST', path: `${place}/message`, code: '20001', codeWithout: '40001' },
      body: { phoneNumber: BUDI, ...content },
    },
    {
      ...{ name: 'message-group', method: 'POST', path: `${place}/message-group`, code: '20001', codeWithout: '40001' },
      body: { groupName: 'Toko Kurir', ...content },
    },
    {
      ...{ name: 'webhook', method: 'POST', path: `${place}/webhook`, code: '20001', codeWithout: '40001' },
      body: { webhook: `${site?.url}/hook` },
    },
    { name: 'webhook/reset', method: 'GET', path: `${place}/webhook/reset`, code: '0', codeWithout: '0' },
  ]
}

const NAMES = cases().map(({ name }) => name)

function caseOf(name: string): Case {
  const found = cases().find((candidate) => candidate.name === name)
  if (!found) throw new Error(`no case ${name}`)
  return found
}

function filled(sample: string): string {
  return sample.replaceAll('https://openapi.blazwa.com', app.url).replaceAll("'API_KEY'", `'${key}'`)
}

describe('document 001, JavaScript', () => {
  test.each(NAMES)('%s', async (name) => {
    const call = caseOf(name)
    const { stdout } = await run(process.execPath, ['-e', filled(javascriptSample(call))])
    expect(stdout).toMatch(new RegExp(`code: ${call.code}\\b`))
  })

  test('what they sent was shown', async () => {
    const images = () => app.shown(BUDI).then((rows) => rows.filter(({ type }) => type === 'image'))
    await until('both images are shown', async () => (await images()).length >= 2)
    expect(await images()).toMatchObject([{ caption: 'Halo' }, { caption: 'Halo' }])
  })
})

const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0
/** Runs the samples one after the other, each by itself, in one process: to start Python takes longer than they do. */
const RUN_ALL = 'import json, sys\nfor sample in json.loads(sys.argv[1]): exec(sample, {})'

test.skipIf(!hasRequests)('document 001, Python, all samples (skipped where python3 has no requests)', async () => {
  const samples = cases().map((call) => filled(pythonSample(call)))
  const { stdout } = await run('python3', ['-c', RUN_ALL, JSON.stringify(samples)])
  const answers = stdout.trim().split('\n')
  expect(answers).toHaveLength(NAMES.length)
  for (const [index, { name, codeWithout }] of cases().entries()) {
    expect(answers[index], name).toMatch(new RegExp(`'code': ${codeWithout}\\b`))
  }
})

describe('document 001, what the PHP samples send: a body of [], on GET as well', () => {
  test.each(NAMES)('%s', async (name) => {
    const call = caseOf(name)
    const { headers, body } = phpRequest(call)
    const answer = await send(call, { ...headers, 'X-API-KEY': key }, body)
    expect(answer).toMatch(new RegExp(`"code":${call.codeWithout}\\b`))
  })
})

/** fetch sends no body with GET, so this does. */
function send({ method, path }: SampleCall, headers: Record<string, string>, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(app.url + path, { method, headers: { ...headers, 'Content-Length': body.length } })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
    outgoing.end(body)
  })
}

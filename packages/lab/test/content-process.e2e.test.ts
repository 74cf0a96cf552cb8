import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { control, eventually } from './baileys-client.ts'

const ME = '6281700000001'
const BOB = '6281700000002'
const APP = fileURLToPath(new URL('./media-app.ts', import.meta.url))
const PRELOAD = new URL('../preload.mjs', import.meta.url).href

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
  for (const phone of [ME, BOB]) await control(lab, 'POST', '/phones', { phone })
})
afterAll(async () => {
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

test('media in and out of an app of its own that trusts the lab by NODE_EXTRA_CA_CERTS alone', async () => {
  const file = randomBytes(3000)
  const sha256 = createHash('sha256').update(file).digest('hex')
  const env = { ...process.env, LAB_URL: lab.ws, LAB_ROOT: lab.rootKey, NODE_EXTRA_CA_CERTS: lab.caFile }
  const app = spawn(process.execPath, ['--import', PRELOAD, APP, BOB, file.toString('base64')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: { qr?: string; sha256?: string; error?: string }[] = []
  createInterface(app.stdout).on('line', (line) => {
    if (line.startsWith('{"')) said.push(JSON.parse(line))
  })
  try {
    const { qr } = await eventually(() => said[0])
    await control(lab, 'POST', `/phones/${ME}/scan`, { qr })
    const row = await eventually(() => said.find(({ error }) => error) ?? lab.world.phone(BOB).inbox[0])
    expect(row).toMatchObject({ type: 'image', sha256 })
    await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, image: { base64: file.toString('base64') } })
    const read = await eventually(() => said.find((one) => one.sha256 ?? one.error))
    expect(read).toEqual({ sha256 })
  } finally {
    app.kill()
  }
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { chooseDialects } from '../dialects/table.ts'
import { HttpRig } from '../http/test/http-rig.ts'
import { runCli } from './program.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ dialects: chooseDialects(['blipcom', 'sessions']) })
})
afterAll(() => rig.close())

async function keys(...args: string[]) {
  let stdout = ''
  let stderr = ''
  const status = await runCli(['node', 'kurir', 'keys', ...args, '--url', rig.url, '--key', rig.admin], {
    out: (text) => {
      stdout += text
    },
    err: (text) => {
      stderr += text
    },
  })
  return { status, stdout, stderr }
}

test('a credential of a dialect: one line where it is one text, else each part by its name', async () => {
  const plain = await keys('create', '--dialect', 'sessions')
  expect(plain).toMatchObject({ status: 0, stdout: expect.stringMatching(/\nkur_[0-9A-Z]{26}_[\w-]{43}\n$/) })
  const client = await keys('create', 'partner', '--dialect', 'blipcom')
  expect(client.stdout).toMatch(/\nclient_id: \w+\nclient_secret: [\w-]{43}\n$/)
  const json = await keys('create', '--dialect', 'sessions', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ name: 'sessions', dialect: 'sessions', key: expect.any(String) })
  expect((await keys('list')).stdout).toMatch(/partner\s+blipcom/)
})

test('scopes go with native keys alone, and what the gateway refuses is said', async () => {
  expect(await keys('create', '--dialect', 'sessions', '--scopes', 'send')).toMatchObject({ status: 2 })
  const refused = await keys('create', '--dialect', 'sessions', '--session', 'shop')
  expect(refused).toMatchObject({ status: 4 })
  expect((await keys('create', 'shop', '--scopes', 'send, read')).stdout).toMatch(/\nkur_/)
})

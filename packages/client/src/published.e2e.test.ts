import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const here = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kurir-client-'))
const built = join(folder, 'node_modules/kurir-client')

beforeAll(async () => {
  await run(process.execPath, [join(here, 'build.mjs'), built])
  // What it depends on, as an installation would have it.
  for (const name of ['openapi-fetch', 'standardwebhooks']) {
    symlinkSync(join(here, '../../node_modules', name), join(folder, 'node_modules', name))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the package that is published has a sound shape', async () => {
  const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8'))
  const { messages } = await publint({ pkgDir: built, strict: true })
  expect(messages.map((message) => formatMessage(message, manifest))).toEqual([])
  expect(manifest.private).toBeUndefined()
  expect(readdirSync(built)).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.d.ts']))
  expect(readdirSync(built).filter((name) => name.includes('test'))).toEqual([])
  // It is a module only; whoever requires it on Node.js 20.19 or newer gets the module.
  const attw = await run('attw', ['--pack', built, '--profile', 'esm-only', '--format', 'json'])
  const { analysis } = JSON.parse(attw.stdout)
  expect(Object.keys(analysis.entrypoints)).toContain('.')
})

test('it runs and has types where it is installed', async () => {
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(
    join(folder, 'use.ts'),
    "import { Kurir, type Session } from 'kurir-client'\n" +
      "const kurir = new Kurir({ baseUrl: 'http://127.0.0.1:9', retries: 0 })\n" +
      "const sessions: Promise<Session[]> = kurir.get('/v1/sessions').then(({ data }) => data)\n" +
      'console.log(await sessions.catch((error: Error) => error.name))\n',
  )
  mkdirSync(join(folder, 'out'))
  const flags = [
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom',
    '--strict',
    '--skipLibCheck',
    '--outDir',
    'out',
  ]
  await run('tsc', [...flags, 'use.ts'], { cwd: folder }).catch((error) => {
    throw new Error(error.stdout)
  })
  const { stdout } = await run(process.execPath, ['out/use.js'], { cwd: folder })
  expect(stdout).toBe('ConnectionError\n')
})

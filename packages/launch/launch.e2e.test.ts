import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { nodeIsRecentEnough, programOf } from './launch.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'kurir-launch-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

// A preload that makes any Node.js started by this test (and none started by that one) look like one of version 20,
// for machines that have no real one.
const pretend = join(scratch, 'pretend.mjs')
writeFileSync(
  pretend,
  `if (process.ppid === ${process.pid}) Object.defineProperty(process.versions, 'node', { value: '20.20.2' })\n`,
)

/** A Node.js older than what Kurir needs, if this machine has one, and always a pretended one. */
function oldNodes(): { name: string; command: string; before: string[] }[] {
  const pretended = { name: 'a pretended Node.js 20', command: process.execPath, before: ['--import', pretend] }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(folder, 'node')
    const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim()
    if (version && !nodeIsRecentEnough(version)) {
      return [{ name: `this machine's Node.js ${version}`, command: node, before: [] }, pretended]
    }
  }
  return [pretended]
}

describe.each(oldNodes())('started by $name', ({ command, before }) => {
  test.each(['packages/gateway/bin/kurir.mjs', 'packages/lab/bin/kurir-lab.mjs'])(
    '%s goes on in the installed one',
    (entry) => {
      const result = spawnSync(command, [...before, resolve(root, entry), '--help'], { encoding: 'utf8' })
      expect(result).toMatchObject({ status: 0, signal: null })
      expect(result.stdout).toContain('Usage:')
    },
  )

  test('without an installed one it stops with one line, before anything else is loaded', () => {
    const alone = join(scratch, 'alone')
    cpSync(join(root, 'packages/launch/launch.mjs'), join(alone, 'launch.mjs'))
    writeFileSync(
      join(alone, 'entry.mjs'),
      "import { launch } from './launch.mjs'\nawait launch('file:///never-loaded.ts')\n",
    )
    const result = spawnSync(command, [...before, join(alone, 'entry.mjs')], { encoding: 'utf8' })
    expect(result).toMatchObject({ status: 1, signal: null, stdout: '' })
    expect(result.stderr.trim().split('\n')).toEqual([expect.stringContaining('needs Node.js 22.19 or newer')])
  })

  test('exit status and arguments are passed on', () => {
    const result = spawnSync(command, [...before, resolve(root, 'packages/gateway/bin/kurir.mjs'), 'no-such-command'], {
      encoding: 'utf8',
    })
    expect(result.status).toBeGreaterThan(0)
    expect(result.signal).toBeNull()
    expect(result.stderr).toContain('no-such-command')
  })
})

test('versions are compared by number', () => {
  expect(nodeIsRecentEnough('22.19.0')).toBe(true)
  expect(nodeIsRecentEnough('100.0.0')).toBe(true)
  expect(nodeIsRecentEnough('22.9.0')).toBe(false)
  expect(nodeIsRecentEnough('9.99.0')).toBe(false)
})

describe('a package', () => {
  const folder = join(scratch, 'package')
  const source = join(folder, 'src/main.ts')
  const built = join(folder, 'dist/main.mjs')
  const list = join(folder, 'dist/made-of.json')
  const setTime = (file: string, seconds: number) => utimesSync(file, seconds, seconds)
  const program = () => fileURLToPath(programOf(pathToFileURL(`${folder}/`)))

  mkdirSync(join(folder, 'src'), { recursive: true })
  mkdirSync(join(folder, 'dist'))
  for (const file of [source, built]) writeFileSync(file, '')

  test('that is not built runs from its sources', () => {
    expect(program()).toBe(source)
  })

  test('runs as it was built, until one of its sources is newer', () => {
    writeFileSync(list, JSON.stringify(['src/main.ts']))
    setTime(source, 1_000)
    setTime(list, 2_000)
    expect(program()).toBe(built)
    setTime(source, 2_000)
    expect(program()).toBe(source)
  })

  test('whose build was made of a file that is gone runs from its sources', () => {
    writeFileSync(list, JSON.stringify(['src/main.ts', 'src/gone.ts']))
    setTime(source, 1_000)
    expect(program()).toBe(source)
  })
})

test.each(['gateway', 'lab'])('the %s is built by the set-up, of its sources and of what it depends on', (name) => {
  const folder = join(root, 'packages', name)
  const files: string[] = JSON.parse(readFileSync(join(folder, 'dist/made-of.json'), 'utf8'))
  expect(files).toEqual(expect.arrayContaining(['src/main.ts', '../../node_modules/fastify/package.json']))
  expect(files.filter((file) => /node_modules.(baileys|libsignal)/.test(file))).toEqual([])
})

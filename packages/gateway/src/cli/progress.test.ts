import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from './program.ts'
import { Progress } from './progress.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kurir-progress-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a bar grows on a terminal, is drawn no more often than it can be seen, and is gone at the end', () => {
  const written: string[] = []
  let now = 0
  const progress = new Progress('Copying', { write: (text) => written.push(text), isTerminal: true, now: () => now })
  progress.update(1, 4)
  now = 50
  progress.update(2, 4)
  now = 100
  progress.update(3, 4)
  now = 101
  progress.update(4, 4)
  progress.end()
  expect(written).toEqual([
    'Copying …',
    '\r\u001b[2KCopying ██████░░░░░░░░░░░░░░░░░░ 25 % (1 of 4)',
    '\r\u001b[2KCopying ██████████████████░░░░░░ 75 % (3 of 4)',
    '\r\u001b[2KCopying ████████████████████████ 100 % (4 of 4)',
    '\r\u001b[2K',
  ])
})

test('bytes are told in the unit that suits them, and the parts of the work by their names, once each', () => {
  const written: string[] = []
  const progress = new Progress('Copying', { write: (text) => written.push(text), isTerminal: true, now: () => 0 })
  progress.begin('Small')
  progress.updateBytes(500, 2_000)
  progress.begin('Small')
  progress.begin('Large')
  progress.updateBytes(1_500_000_000, 3_000_000_000)
  expect(written.slice(1)).toEqual([
    '\r\u001b[2KSmall …',
    '\r\u001b[2KSmall ██████░░░░░░░░░░░░░░░░░░ 25 % (0.5 of 2.0 kB)',
    '\r\u001b[2KLarge …',
    '\r\u001b[2KLarge ████████████░░░░░░░░░░░░ 50 % (1.5 of 3.0 GB)',
  ])
})

/** Imports a folder into a gateway that is not there: everything before the call is done. */
async function importFolder(options: { isTerminal: boolean; json?: boolean }) {
  await writeFile(join(folder, 'creds.json'), '{}')
  await writeFile(join(folder, 'session-1.json'), '{}')
  let stderr = ''
  const args = ['sessions', 'import', folder, '--url', 'http://127.0.0.1:9', '--key', 'x']
  const status = await runCli(['node', 'kurir', ...args, ...(options.json ? ['--json'] : [])], {
    out: () => undefined,
    err: (text) => {
      stderr += text
    },
    isTerminal: options.isTerminal,
  })
  expect(status).toBe(3)
  return stderr
}

test('an import shows a bar on a terminal, plain lines elsewhere, and neither with --json', async () => {
  expect(await importFolder({ isTerminal: true })).toContain('(2 of 2)\r\u001b[2K')
  const plain = await importFolder({ isTerminal: false })
  expect(plain).toMatch(/^Reading the files …\nHanding over 2 files …\nThe gateway at http:\/\/127\.0\.0\.1:9 cannot/)
  expect(await importFolder({ isTerminal: true, json: true })).toMatch(/^The gateway at/)
})

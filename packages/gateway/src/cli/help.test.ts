import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXIT } from './exit-codes.ts'
import { runCli } from './program.ts'

const PAGE = readFileSync(new URL('../../../../docs/command-line.md', import.meta.url), 'utf8')

async function helpOf(path: string[]): Promise<string> {
  let stdout = ''
  const streams = {
    out: (text: string) => {
      stdout += text
    },
    err: () => undefined,
  }
  expect(await runCli(['node', 'kurir', ...path, '--help'], streams)).toBe(EXIT.ok)
  return stdout
}

/** Every command with its help, groups of commands among them. */
async function commands(path: string[] = []): Promise<{ path: string[]; help: string; isGroup: boolean }[]> {
  const help = await helpOf(path)
  const [, list = ''] = /\nCommands:\n((?: {2}.*\n)+)/.exec(help) ?? []
  const names = [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help')
  const below = await Promise.all(names.map((name) => commands([...path, name])))
  return [{ path, help, isGroup: names.length > 0 }, ...below.flat()]
}

test('every command has help with an example of its own, answers JSON, and is in the documentation', async () => {
  const all = await commands()
  expect(all.length).toBeGreaterThan(25)
  for (const { path, help, isGroup } of all) {
    const name = ['kurir', ...path].join(' ')
    expect(help, name).toMatch(new RegExp(`\nExamples?:\n(?:.*\n)*?.*${name}`))
    if (isGroup) continue
    // A script is no answer that could have another form.
    if (name !== 'kurir completion') expect(help, name).toMatch(/--json +/)
    expect(PAGE, name).toContain(`\n| \`${name}\` |`)
  }
  const leaves = all.filter(({ isGroup }) => !isGroup)
  expect(PAGE.match(/^\| `kurir /gm)).toHaveLength(leaves.length)
})

test('the exit statuses of the help, the documentation and the program are the same', async () => {
  const documented = [...PAGE.matchAll(/^\| (\d) \| /gm)].map(([, status]) => Number(status))
  expect(documented).toEqual(Object.values(EXIT))
  const [, told = ''] = (await helpOf([])).split('Exit status: ')
  expect([...told.matchAll(/\b\d\b/g)].map(([status]) => Number(status))).toEqual(Object.values(EXIT))
})

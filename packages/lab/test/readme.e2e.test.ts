import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { FAULT_KINDS } from '../src/world/faults.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const CONTROL = new URL('../src/control/', import.meta.url)
/** Stands in a path for the two kinds of receipts. */
const EACH = ['$', '{type}'].join('')

/** `METHOD /path/{}` of every call the README names. */
const documented = new Set(
  Array.from(README.matchAll(/`(GET|POST|DELETE) (\/[^ `?]*)/g), ([, method, path]) => {
    return `${method} ${path?.replace(/\{[^}]*\}/g, '{}')}`
  }),
)

/** The same of every route in the sources. */
function routes(): Set<string> {
  const found = new Set<string>()
  for (const file of readdirSync(CONTROL)) {
    const source = readFileSync(new URL(file, CONTROL), 'utf8')
    for (const [, method, path] of source.matchAll(/app\.(get|post|delete)(?:<[^(]*>)?\(\s*['`](\/[^'`]*)/g)) {
      const general = path?.replace(/:[a-z]+/g, '{}') ?? ''
      const paths = general.endsWith(EACH) ? ['read', 'played'].map((t) => general.replace(EACH, t)) : [general]
      for (const one of paths) found.add(`${method?.toUpperCase()} ${one}`)
    }
  }
  return found
}

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(async () => {
  await lab.close()
})

test('the README names every call of the control API, and no other', async () => {
  expect(documented).toEqual(routes())
  for (const call of documented) {
    const [method = '', path = ''] = call.split(' ')
    const response = await fetch(lab.url + path.replaceAll('{}', '1'), { method })
    expect(await response.text(), call).not.toContain('there is no')
  }
})

test('the README names every fault', () => {
  for (const kind of FAULT_KINDS) expect(README).toContain(`\`${kind}\``)
})

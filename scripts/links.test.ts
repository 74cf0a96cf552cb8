import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SKIPPED = /(^|\/)(node_modules|dist[^/]*|data|\.git)(\/|$)/

/** Every page of the project, by its path from the root. */
const PAGES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md') && !SKIPPED.test(path))
  .sort()

const withoutCode = (text: string) => text.replace(/^\s*```[\s\S]*?^\s*```/gm, '').replace(/`[^`\n]*`/g, '`')

/** What a heading is called in an address, as GitHub makes it. */
function slug(heading: string): string {
  const words = heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
  return words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
}

function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>()
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^\s*```[\s\S]*?^\s*```/gm, '')
  return new Set(
    Array.from(text.matchAll(/^#{1,6} (.+)$/gm), ([, heading = '']) => {
      const name = slug(heading)
      const times = seen.get(name) ?? 0
      seen.set(name, times + 1)
      return times === 0 ? name : `${name}-${times}`
    }),
  )
}

function linksOf(page: string): string[] {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'))
  const inline = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target)
  const defined = Array.from(text.matchAll(/^\[[\w-]+\]: (\S+)$/gm), ([, target = '']) => target)
  return [...inline, ...defined]
}

/** Names of links that a page uses and does not define, or defines and does not use. */
function unmatchedNames(page: string): string[] {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'))
  const used = new Set(Array.from(text.matchAll(/\]\[([\w-]+)\]/g), ([, name = '']) => name))
  const defined = new Set(Array.from(text.matchAll(/^\[([\w-]+)\]: /gm), ([, name = '']) => name))
  const unmatched = [...used, ...defined].filter((name) => !(used.has(name) && defined.has(name)))
  return unmatched.map((name) => `${page}: [${name}]`)
}

/** What is wrong with a link of a page; undefined where nothing is. */
function faultOf(page: string, target: string): string | undefined {
  if (/^https:\/\/[a-z0-9.-]+\.[a-z]+(\/|$)/.test(target)) return undefined
  if (/^[a-z]+:/.test(target)) return 'is not https'
  const [path = '', anchor] = target.split('#')
  const file = path ? normalize(join(dirname(page), path)) : page
  if (file.startsWith('..')) return 'leads out of the project'
  if (!existsSync(join(ROOT, file))) return 'leads nowhere'
  if (anchor !== undefined && !anchorsOf(file).has(anchor)) return 'has no such heading'
  return undefined
}

describe('the pages', () => {
  test('have links that lead somewhere, with headings that are there', () => {
    expect(PAGES).toContain('README.md')
    const faults = PAGES.flatMap((page) =>
      linksOf(page).flatMap((target) => {
        const fault = faultOf(page, target)
        return fault ? [`${page}: ${target} ${fault}`] : []
      }),
    )
    expect(faults).toEqual([])
    expect(PAGES.flatMap(unmatchedNames)).toEqual([])
  })

  test('are all on the map, docs/README.md', () => {
    const mapped = linksOf('docs/README.md').map((target) => normalize(join('docs', target.split('#')[0] ?? '')))
    const pages = PAGES.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/adr/'))
    expect(pages.filter((page) => page !== 'docs/README.md' && !mapped.includes(page))).toEqual([])
    for (const readme of ['packages/client/README.md', 'packages/lab/README.md', 'docs/adr/'])
      expect(mapped).toContain(readme)
  })

  test('name files of the project that are there', () => {
    const BELOW = [
      '',
      'packages/gateway/src',
      'packages/gateway/src/store',
      'packages/gateway/src/engine',
      'packages/gateway/src/engine/baileys',
    ]
    const faults = PAGES.filter((page) => /^(docs\/[^/]+|README[^/]*|CHANGELOG)\.md$/.test(page)).flatMap((page) => {
      const text = readFileSync(join(ROOT, page), 'utf8').replace(/^\s*```[\s\S]*?^\s*```/gm, '')
      const named = Array.from(
        text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|json|yaml))`/g),
        ([, path = '']) => path,
      )
      const isThere = (path: string) => BELOW.some((folder) => existsSync(join(ROOT, folder, path)))
      return named.filter((path) => !isThere(path)).map((path) => `${page}: ${path}`)
    })
    expect(faults).toEqual([])
  })
})

test('the pages name calls of the native API that there are', () => {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'openapi/native.json'), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>
  }
  const general = (path: string) => path.replace(/\{[^}]*\}/g, '{}')
  const known = new Set(
    Object.entries(paths).flatMap(([path, calls]) =>
      Object.keys(calls).map((method) => `${method.toUpperCase()} ${general(path)}`),
    ),
  )
  const unknown = PAGES.filter((page) => page.startsWith('docs/') || page.startsWith('README')).flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^\s*```[\s\S]*?^\s*```/gm, '')
    const calls = text.matchAll(/`(GET|POST|PATCH|PUT|DELETE) (\/(?:v1|healthz|readyz)[^\s`?]*)/g)
    return Array.from(calls, ([, method, path = '']) => `${method} ${general(path)}`)
      .filter((call) => !known.has(call))
      .map((call) => `${page}: ${call}`)
  })
  expect(known.size).toBeGreaterThan(50)
  expect(unknown).toEqual([])
})

test('a link that leads nowhere is found', () => {
  const page = relative(ROOT, fileURLToPath(new URL('../README.md', import.meta.url)))
  expect(faultOf(page, 'docs/nothing.md')).toBe('leads nowhere')
  expect(faultOf(page, 'docs/errors.md#nothing')).toBe('has no such heading')
  expect(faultOf(page, 'http://example.com')).toBe('is not https')
  expect(faultOf(page, '../other/README.md')).toBe('leads out of the project')
  expect(faultOf(page, 'docs/errors.md#sending-again')).toBeUndefined()
  expect(slug('What `KURIR_DATA` is, and “why”')).toBe('what-kurir_data-is-and-why')
})

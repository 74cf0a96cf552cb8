import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DIALECTS } from './table.ts'

describe('the guide of a dialect', () => {
  for (const { name, routes } of Object.values(DIALECTS)) {
    test(`docs/dialects/${name}.md names every call, and no other`, () => {
      const page = readFileSync(new URL(`../../../../docs/dialects/${name}.md`, import.meta.url), 'utf8')
      const table = page.slice(page.indexOf('## The calls'), page.indexOf('## What differs'))
      const cells = [...table.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell)
      const named = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z]+ \/\S*)`/g)].map(([, call]) => call))
      const real = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
      expect(named.sort()).toEqual(real.sort())
    })
  }
})

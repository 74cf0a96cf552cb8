import { expect, test } from 'vitest'
import type { Dialect } from './dialect.ts'
import { json } from './dialect.ts'
import { chooseDialects, DIALECTS } from './table.ts'
import { DialectWorld } from './test/world.ts'

/** All that a dialect must have. */
const empty: Dialect = {
  name: 'sixth',
  paths: ['/sixth'],
  keys: { tenant: 'key', session: 'key' },
  routes: [],
  credential: () => undefined,
  error: (error) => json(error.status, { oops: error.code }),
}

test('a sixth, empty dialect beside the others needs nothing but itself', async () => {
  const world = await DialectWorld.open([...chooseDialects(null), empty])
  try {
    const answer = await world.call({ method: 'GET', path: '/sixth/anything' })
    expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({
      status: 404,
      body: { oops: 'not_found' },
    })
    expect(await world.key('sixth', 'shop')).toEqual({ form: 'key', key: expect.stringMatching(/^kur_/) })
    const native = await world.call({ method: 'GET', path: '/sixths' })
    expect(native.headers.get('content-type')).toMatch(/problem\+json/)
  } finally {
    await world.close()
  }
})

test('each dialect is known by the name of its line, and no two have a path in common', () => {
  for (const [name, dialect] of Object.entries(DIALECTS)) expect(dialect.name).toBe(name)
  const routes = chooseDialects(null).flatMap((dialect) =>
    dialect.routes.map(({ method, path }) => `${method} ${path}`),
  )
  expect(new Set(routes).size).toBe(routes.length)
})

test('an unknown name in the configuration is named', () => {
  expect(chooseDialects([])).toEqual([])
  expect(() => chooseDialects(['telegraph'])).toThrow(/telegraph.*blipcom/)
})

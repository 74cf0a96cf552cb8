// Builds one program, `packages/<name>`, into a few files in its `dist/`: a start loads some tens of them instead of two thousand.
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', process.argv[2] ?? '')
const fresh = join(folder, `dist-${process.pid}`)

/**
 * Packages that stay as npm installed them: Baileys and libsignal, which run unmodified and are hooked by their modules;
 * what has native code; and what is loaded by few, and large.
 */
const OUTSIDE = ['baileys', 'libsignal', 'better-sqlite3', 'sharp', '@aws-sdk', '@scalar']

function isOutside(id) {
  return OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`))
}

/** Files beside a source, and packages seen from it, are found where they were: by the source's own address. */
const ownAddress = {
  name: 'own-address',
  transform(code, id) {
    if (!id.startsWith('/') || id.includes('/node_modules/') || !code.includes('import.meta.url')) return null
    const address = `new URL(${JSON.stringify(relative(fresh, id))}, import.meta.url).href`
    return { code: code.replaceAll('import.meta.url', address), map: null }
  },
}

/** What the build is made of, by paths from the package: each source, and of a dependency its manifest. */
function madeOf(moduleIds) {
  const files = moduleIds
    .filter((id) => id.startsWith('/'))
    .map((id) => {
      const dependency = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]
      return relative(folder, dependency ? join(dependency, 'package.json') : id)
    })
  return [...new Set(files)].sort()
}

const begun = new Date()
const bundle = await rolldown({
  input: join(folder, 'src/main.ts'),
  platform: 'node',
  external: isOutside,
  plugins: [ownAddress],
})
mkdirSync(fresh)
try {
  const { output } = await bundle.write({
    dir: fresh,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    sourcemap: true,
    sourcemapExcludeSources: true,
  })
  const list = join(fresh, 'made-of.json')
  writeFileSync(list, JSON.stringify(madeOf(output.flatMap((chunk) => chunk.moduleIds ?? []))))
  // A source that is written while this runs is newer than this.
  utimesSync(list, begun, begun)
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  renameSync(fresh, join(folder, 'dist'))
} finally {
  rmSync(fresh, { recursive: true, force: true })
}

// Builds what is published: `node build.mjs [folder]` (default: dist) makes a package of JavaScript and declarations
// there, to be published from there. The workspace itself uses the sources.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const out = resolve(process.argv[2] ?? join(here, 'dist'))

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const tsc = spawnSync('tsc', ['-p', join(here, 'tsconfig.build.json'), '--outDir', out], { encoding: 'utf8' })
if (tsc.status !== 0) {
  process.stderr.write(tsc.stdout + tsc.stderr)
  process.exit(1)
}
// The compiler renames imports in what runs, but not in declarations.
for (const name of readdirSync(out).filter((name) => name.endsWith('.d.ts'))) {
  const file = join(out, name)
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"))
}
const { private: _private, ...manifest } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
manifest.exports = { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' }
manifest.sideEffects = false
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
for (const [from, to] of [
  [join(here, 'README.md'), 'README.md'],
  [join(here, '../../LICENSE'), 'LICENSE'],
]) {
  cpSync(from, join(out, to))
}

// npm run check: every static check, in order of speed; stops at the first that fails and says which.
import { spawnSync } from 'node:child_process'

const steps = [
  ['format and lint', 'biome', ['ci', '--colors=off', '--error-on-warnings', '.']],
  ['types', 'tsc', ['--noEmit', '-p', '.']],
  ['types of the dashboard', 'tsc', ['--noEmit', '-p', 'packages/dashboard']],
  ['import law', 'depcruise', ['--config', '.dependency-cruiser.mjs', 'packages', 'e2e', 'scripts']],
  ['the import law notices a forbidden import', 'node', ['scripts/import-law-canary.mjs']],
  ['dead code and dependencies', 'knip', []],
  ['lockfile names no registry', 'node', ['scripts/check-lockfile.mjs']],
  ['OpenAPI is up to date', 'node', ['packages/gateway/src/http/write-openapi.ts', '--check']],
  ['the page of settings is up to date', 'node', ['packages/gateway/src/config/write-reference.ts', '--check']],
  ['the client’s types are up to date', 'node', ['packages/client/generate.mjs', '--check']],
]

for (const [name, command, args] of steps) {
  const started = Date.now()
  process.stdout.write(`• ${name} … `)
  const result = spawnSync(command, args, { encoding: 'utf8', shell: false })
  if (result.status !== 0) {
    process.stdout.write(`failed\n\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`)
    process.exit(1)
  }
  process.stdout.write(`ok (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configReference } from './reference.ts'

/** `node write-reference.ts` writes `docs/config.md`; `--check` fails where the file is not what it would write. */
const file = fileURLToPath(new URL('../../../../docs/config.md', import.meta.url))
const text = configReference()

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('docs/config.md is out of date: run "npm run generate"')
  process.exitCode = 1
}

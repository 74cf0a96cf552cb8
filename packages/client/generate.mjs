// Writes src/openapi.ts, the types of the native API; `--check` fails where the file is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const source = new URL('../../openapi/native.json', import.meta.url)
const file = fileURLToPath(new URL('src/openapi.ts', import.meta.url))
// A field with a default need not be given.
const types = astToString(await openapiTS(source, { defaultNonNullable: false }))
const text = `// Generated from openapi/native.json by packages/client/generate.mjs.\n${types}`

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  console.error('packages/client/src/openapi.ts is out of date: run "npm run generate"')
  process.exitCode = 1
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openApiOf } from '../dialects/api.ts'
import { chooseDialects } from '../dialects/table.ts'
import { createLogger } from '../observe/log.ts'
import { nativeOpenApi } from './openapi-document.ts'
import { VERSION } from './version.ts'

/** `node write-openapi.ts` writes `openapi/*.json`; `--check` fails where a file is not what it would write. */
const folder = fileURLToPath(new URL('../../../../openapi/', import.meta.url))
const documents: Record<string, string> = {
  native: await nativeOpenApi(createLogger({ level: 'silent', pretty: false })),
}
for (const dialect of chooseDialects(null)) {
  const document = openApiOf(dialect, { version: VERSION })
  if (document) documents[dialect.name] = `${JSON.stringify(document, null, 2)}\n`
}

mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(documents)) {
  const file = `${folder}${name}.json`
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readOr(file, '') !== text) {
    console.error(`openapi/${name}.json is out of date: run "npm run generate"`)
    process.exitCode = 1
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}

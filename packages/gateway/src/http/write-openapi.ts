import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createLogger } from '../observe/log.ts'
import { nativeOpenApi } from './openapi-document.ts'

/** `node write-openapi.ts` writes `openapi/native.json`; `--check` fails where the file is not what it would write. */
const folder = fileURLToPath(new URL('../../../../openapi/', import.meta.url))
const file = `${folder}native.json`
const text = await nativeOpenApi(createLogger({ level: 'silent', pretty: false }))

if (!process.argv.includes('--check')) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, text)
} else if (readOr(file, '') !== text) {
  console.error('openapi/native.json is out of date: run "npm run generate"')
  process.exitCode = 1
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}

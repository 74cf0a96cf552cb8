import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface CurlAnswer {
  status: number
  text: string
  /** The parsed text, undefined where it is no JSON. */
  body: unknown
}

/**
 * Runs a `curl` line as a document prints it, by a shell, with some of its words replaced (hosts, keys, file names) and
 * nothing else changed. Throws where a word is not in it, or where curl fails.
 */
export async function runCurl(sample: string, words: Record<string, string>): Promise<CurlAnswer> {
  let line = sample.trim().replace(/\\$/, '')
  for (const [word, replacement] of Object.entries(words)) {
    if (!line.includes(word)) throw new Error(`the sample has no "${word}"`)
    line = line.replaceAll(word, replacement)
  }
  const { stdout } = await run('bash', ['-c', `${line} --silent --show-error --write-out '\\n%{http_code}'`])
  const end = stdout.lastIndexOf('\n')
  const text = stdout.slice(0, end)
  return { status: Number(stdout.slice(end + 1)), text, body: parseOr(text) }
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

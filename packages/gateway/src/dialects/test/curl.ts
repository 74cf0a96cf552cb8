import { request as httpRequest } from 'node:http'

export interface CurlAnswer {
  status: number
  type: string
  body: unknown
  bytes: Buffer
}

const NO_VALUE = new Set(['--location', '-L', '-s'])

/**
 * Makes the request that a documented curl command makes: its words are read as a shell reads them, `filled` replaces
 * what the document left to the reader, and the rest is sent as it stands.
 */
export async function curl(command: string, filled: Record<string, string>): Promise<CurlAnswer> {
  let text = command
  for (const [blank, value] of Object.entries(filled)) text = text.replaceAll(blank, value)
  const { url, method, headers, data } = readCurl(text)
  // As curl does it: data without a content type is a form.
  if (data !== undefined && !headers.has('content-type')) {
    headers.set('content-type', 'application/x-www-form-urlencoded')
  }
  if (method === 'GET' && data !== undefined) return getWithBody(url, headers, data)
  const body = data === undefined ? {} : { body: Buffer.from(data) }
  return answerOf(await fetch(url, { method: method ?? (data === undefined ? 'GET' : 'POST'), headers, ...body }))
}

export async function answerOf(response: Response): Promise<CurlAnswer> {
  const bytes = Buffer.from(await response.arrayBuffer())
  const type = response.headers.get('content-type') ?? ''
  const body: unknown = /json/.test(type) && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined
  return { status: response.status, type, body, bytes }
}

/** What curl sends and fetch refuses to. */
async function getWithBody(url: string, headers: Headers, data: string): Promise<CurlAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<CurlAnswer>()
  const length = { 'content-length': String(Buffer.byteLength(data)) }
  const request = httpRequest(url, { method: 'GET', headers: { ...Object.fromEntries(headers), ...length } })
  request.on('error', reject)
  request.on('response', async (response) => {
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const type = { 'content-type': response.headers['content-type'] ?? '' }
    resolve(await answerOf(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0, headers: type })))
  })
  request.end(data)
  return promise
}

function readCurl(command: string) {
  const [program, ...words] = shellWords(command)
  if (program !== 'curl') throw new Error(`not a curl command: ${command}`)
  const headers = new Headers()
  let url = ''
  let method: string | undefined
  let data: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (NO_VALUE.has(word)) continue
    if (!word.startsWith('-')) {
      url = word
      continue
    }
    const value = words.shift() ?? ''
    if (word === '-X' || word === '--request') method = value
    else if (word === '-H' || word === '--header') {
      const colon = value.indexOf(':')
      headers.set(value.slice(0, colon), value.slice(colon + 1).trim())
    } else if (word === '-d' || word === '--data') data = value
    else throw new Error(`curl's option ${word} is not known here`)
  }
  return { url, method, headers, data }
}

/** Words in single or no quotes; a backslash before a line break joins lines; comment lines are none. */
function shellWords(command: string): string[] {
  const lines = command.replace(/^\s*#.*$/gm, '').replace(/\\\n/g, ' ')
  return [...lines.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

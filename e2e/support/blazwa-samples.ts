/** One endpoint as the samples of document 001 call it. */
export interface SampleRequest {
  name: string
  method: 'GET' | 'POST'
  url: string
  key: string
  /** What the sample in JavaScript sends, as a JSON text that it calls a form; the other languages send nothing of it. */
  body?: Record<string, string>
}

/** A language of the document: how its sample of a request is run. What it prints has the answer's body as JSON. */
export interface SampleLanguage {
  name: string
  command: string
  /** Arguments that succeed where all is there that the samples need. */
  probe: readonly string[]
  args: (request: SampleRequest) => readonly string[]
  /** Whether the sample sends `body`. */
  hasBody: boolean
}

function headersOf({ method, body, key }: SampleRequest): [name: string, value: string][] {
  const form = method === 'POST' && body !== undefined
  const type: [string, string][] = form ? [['Content-Type', 'application/x-www-form-urlencoded']] : []
  return [...type, ['Accept', 'application/json'], ['X-API-KEY', key]]
}

const shell: SampleLanguage = {
  ...{ name: 'shell', command: 'bash', probe: ['-c', 'curl --version'], hasBody: false },
  args: (request) => {
    const headers = headersOf(request).map(([name, value]) => `-H '${name}: ${value}'`)
    return ['-c', ['curl -s -X', request.method, request.url, ...headers].join(' ')]
  },
}

const javascript: SampleLanguage = {
  ...{ name: 'JavaScript', command: process.execPath, probe: ['--version'], hasBody: true },
  args: (request) => {
    const { method, url, body } = request
    const options = {
      ...{ method, headers: Object.fromEntries(headersOf(request)) },
      ...(body ? { body: JSON.stringify(body, null, 2) } : {}),
    }
    const code = `const answer = await fetch(${JSON.stringify(url)}, ${JSON.stringify(options)})
console.log(JSON.stringify(await answer.json()))`
    return ['--input-type=module', '-e', code]
  },
}

const python: SampleLanguage = {
  ...{ name: 'Python', command: 'python3', probe: ['-c', 'import requests'], hasBody: false },
  args: (request) => {
    const headers = JSON.stringify(Object.fromEntries(headersOf(request)))
    const call = `requests.${request.method.toLowerCase()}(${JSON.stringify(request.url)}, headers=${headers})`
    return ['-c', `import json, requests\nprint(json.dumps(${call}.json()))`]
  },
}

/** The document's client writes an empty array as JSON with every request, and says so unless a header says otherwise. */
const php: SampleLanguage = {
  ...{ name: 'PHP', command: 'php', probe: ['--version'], hasBody: false },
  args: (request) => {
    const headers = headersOf(request)
    const isTyped = headers.some(([name]) => name === 'Content-Type')
    if (!isTyped) headers.push(['Content-Type', 'application/json'])
    const lines = headers.map(([name, value]) => `'${name}: ${value}'`).join(', ')
    const http = `'method' => '${request.method}', 'header' => [${lines}], 'content' => '[]', 'ignore_errors' => true`
    return ['-r', `echo file_get_contents('${request.url}', false, stream_context_create(['http' => [${http}]]));`]
  },
}

export const SAMPLE_LANGUAGES: readonly SampleLanguage[] = [shell, javascript, python, php]

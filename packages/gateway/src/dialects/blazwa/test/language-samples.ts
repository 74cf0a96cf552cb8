/** An endpoint as the samples of document 001 call it. */
export interface SampleCall {
  method: 'GET' | 'POST'
  path: string
  /** The body of the JavaScript sample; those of the other languages have none. */
  body?: Record<string, string>
}

/** Lines of headers as each language writes a pair. */
function headerLines({ method, body }: SampleCall, pair: (name: string, value: string) => string): string {
  const form = method === 'POST' && body ? [pair('Content-Type', 'application/x-www-form-urlencoded')] : []
  return [...form, pair('Accept', 'application/json'), pair('X-API-KEY', 'API_KEY')].join(',\n')
}

const HOST = 'https://openapi.blazwa.com'

/**
 * The JavaScript sample of an endpoint: a JSON text that is called a form. The document breaks the text's lines, which no
 * JavaScript takes, so the line breaks are escaped here.
 */
export function javascriptSample(call: SampleCall): string {
  const inputBody = call.body
    ? `const inputBody = '${JSON.stringify(call.body, null, 2).replaceAll('\n', '\\\n')}';`
    : ''
  return `${inputBody}
const headers = {
${headerLines(call, (name, value) => `  '${name}':'${value}'`)}
};

fetch('${HOST}${call.path}',
{
  method: '${call.method}',
${call.body ? '  body: inputBody,' : ''}
  headers: headers
})
.then(function(res) {
    return res.json();
}).then(function(body) {
    console.log(body);
});
`
}

/** The Python sample of an endpoint: no body. */
export function pythonSample(call: SampleCall): string {
  return `import requests
headers = {
${headerLines(call, (name, value) => `  '${name}': '${value}'`)}
}

r = requests.${call.method.toLowerCase()}('${HOST}${call.path}', headers = headers)

print(r.json())
`
}

/** What the PHP sample of an endpoint puts on the wire: Guzzle's option \`json\` of an empty array. */
export function phpRequest(call: SampleCall): { headers: Record<string, string>; body: string } {
  const isForm = call.method === 'POST' && call.body !== undefined
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  return { headers: { 'Content-Type': type, Accept: 'application/json', 'X-API-KEY': 'API_KEY' }, body: '[]' }
}

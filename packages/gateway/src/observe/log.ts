import { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'

/**
 * Names whose values are never logged, wherever they stand in the first three levels of what is logged: credentials,
 * what pairs a device, what people write, and what the network says.
 */
const SECRET_NAMES = [
  'key',
  'adminKey',
  'apiKey',
  'secret',
  'secretHash',
  'token',
  'password',
  'authorization',
  'cookie',
  'text',
  'content',
  'body',
  'qr',
  'pairingCode',
  'proto',
  'plaintext',
  'mediaKey',
  'stanza',
  'node',
  'creds',
]
const SECRET_HEADERS = ['x-api-key', 'idempotency-key']

const REDACTED = ['', '*.', '*.*.'].flatMap((depth) => [
  ...SECRET_NAMES.map((name) => `${depth}${name}`),
  ...SECRET_HEADERS.map((name) => `${depth.replace(/\.$/, '')}["${name}"]`),
])

export interface LogOptions {
  /** pino's level, or `silent`. */
  level: string
  /** Short lines for people instead of JSON. */
  pretty: boolean
  /** Default: standard error, so that standard output stays for answers. */
  destination?: { write(line: string): unknown }
}

/** Makes the process's logger. What the names above hold is replaced by `[redacted]`. */
export function createLogger({ level, pretty, destination }: LogOptions): Logger {
  const lines = destination ?? pino.destination({ fd: 2, sync: true })
  const stream = pretty ? prettyStream(lines) : lines
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[redacted]' },
    },
    stream,
  )
}

function prettyStream(lines: { write(line: string): unknown }): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      lines.write(prettyLine(chunk))
      done()
    },
  })
}

/** `12:00:00 INFO  message name=value …`, an error's stack below. */
function prettyLine(json: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown> & { err?: { stack?: string } }
  const clock = String(time).slice(11, 19)
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${oneWord(value)}`)
  const head = [clock, String(level).toUpperCase().padEnd(5), msg ?? '', ...fields].join(' ')
  return err?.stack ? `${head}\n${err.stack}\n` : `${head}\n`
}

function oneWord(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : (JSON.stringify(value) ?? '')
}

import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'

/**
 * Names whose values are never logged, wherever they stand in what is logged: credentials, what pairs a device, what
 * people write, and what the network says.
 */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...['key', 'adminKey', 'apiKey', 'x-api-key', 'authorization', 'cookie', 'idempotency-key', 'idempotencyKey'],
  ...['secret', 'secretHash', 'token', 'password', 'creds', 'mediaKey', 'qr', 'pairingCode'],
  ...['text', 'content', 'body', 'proto', 'plaintext', 'stanza', 'node'],
])
const MASK = '[redacted]'
/** For what child loggers are bound to, which no formatter sees. */
const SECRET_SERIALIZERS = Object.fromEntries([...SECRET_NAMES].map((name) => [name, () => MASK]))
/** Objects are looked into this deep; deeper ones are left out. */
const DEPTH = 5

export interface LogOptions {
  /** pino's level, or `silent`. */
  level: string
  /** Short lines for people instead of JSON. */
  pretty: boolean
  /** Default: standard error, so that standard output stays for answers. */
  destination?: { write(line: string): unknown }
}

/** Makes the process's logger. What secret names hold is replaced by `[redacted]`. */
export function createLogger({ level, pretty, destination }: LogOptions): Logger {
  const lines = destination ?? standardError()
  const stream = pretty ? prettyStream(lines) : lines
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Not pino's own redaction: by paths with wildcards it costs 70 µs a line, and sees only as deep as its paths.
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: { ...SECRET_SERIALIZERS, err: describeError },
    },
    stream,
  )
}

/** A reader that is slow is waited for. Milliseconds. */
const PAUSE_MS = 5

/**
 * Standard error. A line that cannot be written, as on a full disk, is lost and ends nothing; pino's own destination ends the
 * process there, or keeps all lines in memory.
 */
function standardError(): { write(line: string): void } {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  let isCut = false
  return {
    write(line) {
      let rest = Buffer.from(isCut ? `\n${line}` : line)
      while (rest.length > 0) {
        try {
          rest = rest.subarray(writeSync(2, rest))
          isCut = rest.length > 0
        } catch (error) {
          if (!isBusy(error)) return
          Atomics.wait(pause, 0, 0, PAUSE_MS)
        }
      }
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}

function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  return maskMembers(fields, 0)
}

/** The same object where nothing in it is secret, else a copy. */
function maskMembers(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const [name, value] of Object.entries(fields)) {
    const shown = SECRET_NAMES.has(name) && value !== undefined ? MASK : mask(value, depth + 1)
    if (shown === value) continue
    copy ??= { ...fields }
    copy[name] = shown
  }
  return copy ?? fields
}

function mask(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  if (depth > DEPTH) return MASK
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1))
  return maskMembers(value as Record<string, unknown>, depth)
}

/** An error without the properties that libraries hang on it (requests, headers, bodies). */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return mask(error, 0)
  const { name, message, stack, cause } = error
  const { code } = error as { code?: unknown }
  return {
    type: error.constructor.name || name,
    message,
    stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  }
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

import { Value } from 'typebox/value'
import type { FailpointName } from '../core/failpoints.ts'
import type { Quotas } from '../core/quota.ts'
import { nearestName } from './nearest-name.ts'
import { SETTING_NAMES, type SettingName, type Settings, SettingsSchema, settingFacts } from './settings.ts'

/** Everything that can be set, validated; the rest of the gateway gets values from here and never the environment. */
export interface Config {
  network: 'whatsapp' | 'lab'
  /** Where the lab is; null on the real network. */
  lab: LabConfig | null
  dataDir: string
  /** A PostgreSQL server that stores everything; null: SQLite in the data directory. */
  database: { url: string; isPrepared: boolean } | null
  host: string
  /** 0 takes a free port. */
  port: number
  /** Address that clients use, without a slash at the end; null: as each request names it. */
  publicUrl: string | null
  /** `''` or `/path`, without a slash at the end. */
  basePath: string
  /** Whose X-Forwarded-* headers count: nobody's, anybody's, so many proxies', or those of addresses and CIDRs. */
  trustProxy: boolean | number | string[]
  /** Origins of web pages that may call, as browsers name them; none by default. */
  corsOrigins: string[]
  logLevel: string
  /** Null where requests are not limited. */
  rateLimit: RateLimitConfig | null
  privateUrls: PrivateUrls
  /** Chats of one session that are sent to at the same time. */
  sendConcurrency: number
  /** Sessions that connect at the same time when the process starts. */
  handshakes: number
  media: MediaConfig
  /** Days that each is kept; 0 for ever. */
  retention: { messages: number; events: number; deliveries: number; audit: number }
  /** Days of the phone’s messages that a session is given when it is paired. */
  historyDays: number
  /** Names of the dialects to speak; null for all. */
  dialects: string[] | null
  /** How long a dialect's answer waits for WhatsApp's. */
  sendTimeoutMs: number
  /** What a tenant may use that has no quotas of its own. */
  quotas: Quotas
  /** Where the master key of encryption at rest is; null: secrets are stored as they are. */
  masterKey: { text: string } | { file: string } | null
  /** Who is called when something is wrong, and how long a session may be away before it is. */
  alerts: { url: string | null; downAfterMs: number }
  /** Where traces are posted to, and which part of the messages is traced; null: none is. */
  traces: { url: string; headers: Record<string, string>; share: number } | null
  /** An admin key given by the operator; null: one is made at the first start. */
  adminKey: string | null
  /** Where the process dies, for tests of crashes; null anywhere but there. */
  failpoint: { name: FailpointName; hit: number } | null
}

interface LabConfig {
  url: string
  /** As the lab prints it. */
  rootKey: string
  /** Path of a PEM file. */
  caFile: string | null
}

export interface RateLimitConfig {
  /** Requests a second in the long run. */
  perSecond: number
  /** Requests at once. */
  burst: number
}

interface MediaConfig {
  /** Of one file. */
  maxBytes: number
  /** Of all files of one tenant; 0: no limit. */
  quotaBytes: number
  /** Unused files are deleted after so many; 0 keeps them. */
  days: number
  /** The bucket where files lie; null: they lie in the data directory. */
  s3: S3Config | null
}

interface S3Config {
  bucket: string
  /** Null: Amazon's. */
  endpoint: string | null
  region: string
  keyId: string
  secret: string
  /** Whether the bucket is named in the path and not in the host. */
  pathStyle: boolean
  /** `''`, or with a slash at the end. */
  prefix: string
}

/** Private addresses that outgoing requests (webhooks) may reach. */
interface PrivateUrls {
  loopback: boolean
  cidrs: string[]
}

export interface LoadedConfig {
  config: Config
  /** The settings that the configuration was made from, defaults included. */
  settings: Settings
  /** Lines about what is odd but no fault: unknown KURIR_* variables. */
  warnings: string[]
}

const MB = 1024 * 1024

type Environment = Record<string, string | undefined>

/** The configuration is not valid; `faults` are all that were found, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: string[]

  constructor(faults: string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

/**
 * Reads the configuration. `overrides` (what the command line says) go before the environment, and an empty variable
 * counts as absent. Throws {@link ConfigError} naming every fault.
 */
export function loadConfig(overrides: Partial<Record<SettingName, string>> = {}, env: Environment = process.env) {
  const given = pickGiven(overrides, env)
  const candidate = convert(given)
  const faults = describeFaults(candidate)
  if (faults.length) throw new ConfigError(faults)
  const settings = candidate as Settings
  const rules = crossFaults(settings)
  if (rules.length) throw new ConfigError(rules)
  return { config: derive(settings), settings, warnings: unknownVariables(env) } satisfies LoadedConfig
}

/** `NAME=value` lines of all settings, secrets masked, for people to read. */
export function printConfig(settings: Settings): string {
  return SETTING_NAMES.map((name) => {
    const value = settings[name]
    const shown = value === undefined ? '' : settingFacts(name).isSecret ? '********' : String(value)
    return `${name}=${shown}\n`
  }).join('')
}

/** One entry per setting, for help texts and documentation. */
export function describeSettings(): { name: SettingName; description: string; default: string }[] {
  return SETTING_NAMES.map((name) => {
    const facts = settingFacts(name)
    return { name, description: facts.description, default: String(facts.default ?? '') }
  })
}

/**
 * The environment of a child process: this one's, without any of our own variables, and with those given. So a child
 * is configured by its parent alone, whatever the user's shell holds.
 */
export function childEnv(settings: Record<string, string>, env: Environment = process.env): Record<string, string> {
  const inherited: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    const isOurs = name.startsWith('KURIR_') || name in SettingsSchema.properties
    if (value !== undefined && !isOurs) inherited[name] = value
  }
  return { ...inherited, ...settings }
}

function pickGiven(overrides: Environment, env: Environment): Map<SettingName, string> {
  const given = new Map<SettingName, string>()
  for (const name of SETTING_NAMES) {
    const text = (overrides[name] ?? env[name] ?? '').trim()
    if (text) given.set(name, text)
  }
  return given
}

function convert(given: Map<SettingName, string>): Record<string, unknown> {
  const candidate: Record<string, unknown> = {}
  for (const name of SETTING_NAMES) {
    const facts = settingFacts(name)
    const text = given.get(name)
    if (text === undefined) {
      if (facts.default !== undefined) candidate[name] = facts.default
    } else {
      candidate[name] = facts.isNumber && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
    }
  }
  return candidate
}

function describeFaults(candidate: Record<string, unknown>): string[] {
  // One by one, since a check of the whole stops after a few errors.
  const isFaulty = (name: SettingName) => !Value.Check(SettingsSchema.properties[name], candidate[name])
  return SETTING_NAMES.filter((name) => name in candidate && isFaulty(name)).map((name) => {
    const facts = settingFacts(name)
    const shown = facts.isSecret ? '' : ` is ${JSON.stringify(candidate[name])}, which`
    return `${name}${shown} cannot be used. ${facts.description}`
  })
}

const SAMPLE_KEY =
  /^(admin|test|key|kurir[-_]?admin)|change|example|sample|secret|password|your[-_]?key|123456|abcdef|qwerty/i
const LEAST_MESSAGE_DAYS = 14
const CIDR = /^[0-9a-fA-F.:]+(\/\d{1,3})?$/

function crossFaults(settings: Settings): string[] {
  const faults: string[] = []
  if (settings.KURIR_NETWORK === 'lab') {
    for (const name of ['KURIR_LAB_URL', 'KURIR_LAB_ROOT_KEY'] as const) {
      if (!settings[name]) faults.push(`${name} is needed with KURIR_NETWORK=lab.`)
    }
  }
  if (settings.KURIR_MEDIA_STORE === 's3') {
    for (const name of ['KURIR_S3_BUCKET', 'KURIR_S3_KEY_ID', 'KURIR_S3_SECRET'] as const) {
      if (!settings[name]) faults.push(`${name} is needed with KURIR_MEDIA_STORE=s3.`)
    }
  }
  if (settings.KURIR_S3_ENDPOINT && !URL.canParse(settings.KURIR_S3_ENDPOINT)) {
    faults.push('KURIR_S3_ENDPOINT is not an address.')
  }
  if (settings.KURIR_FAILPOINT && settings.KURIR_NETWORK !== 'lab') {
    faults.push('KURIR_FAILPOINT kills the process and is taken with KURIR_NETWORK=lab only.')
  }
  const { KURIR_MESSAGE_DAYS: messageDays } = settings
  if (messageDays > 0 && messageDays < LEAST_MESSAGE_DAYS) {
    faults.push(
      `KURIR_MESSAGE_DAYS is ${messageDays}: devices may ask for a message again for ${LEAST_MESSAGE_DAYS} days, so it is that many at least, or 0 to keep all.`,
    )
  }
  if (settings.KURIR_MASTER_KEY && settings.KURIR_MASTER_KEY_FILE) {
    faults.push('KURIR_MASTER_KEY and KURIR_MASTER_KEY_FILE are both set: one of them is needed.')
  }
  if (settings.DATABASE_URL && !URL.canParse(settings.DATABASE_URL)) {
    faults.push('DATABASE_URL is not an address such as postgres://kurir:password@localhost:5432/kurir.')
  }
  const key = settings.KURIR_ADMIN_KEY
  if (key && (SAMPLE_KEY.test(key) || new Set(key).size < 12)) {
    faults.push('KURIR_ADMIN_KEY looks like a sample: take a random one, for example from "openssl rand -hex 32".')
  }
  for (const name of ['KURIR_TRUST_PROXY', 'KURIR_ALLOW_PRIVATE_URLS'] as const) {
    const words = ['off', 'on', 'loopback', ...(/^\d+$/.test(settings[name]) ? [settings[name]] : [])]
    const odd = splitList(settings[name]).filter((part) => !words.includes(part) && !CIDR.test(part))
    if (odd.length) faults.push(`${name} has ${odd.join(', ')}, which is neither an address nor a CIDR.`)
  }
  if (settings.KURIR_PUBLIC_URL && !URL.canParse(settings.KURIR_PUBLIC_URL)) {
    faults.push('KURIR_PUBLIC_URL is not an address.')
  }
  const pages = settings.KURIR_CORS_ORIGINS === 'off' ? [] : splitList(settings.KURIR_CORS_ORIGINS)
  const notOrigins = pages.filter((page) => !isOrigin(page))
  if (notOrigins.length) {
    faults.push(`KURIR_CORS_ORIGINS has ${notOrigins.join(', ')}, which is no origin such as https://shop.example.`)
  }
  return faults
}

/** Whether it is written as browsers write it: scheme, host in small letters, and a port unless it is the usual one. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function derive(settings: Settings): Config {
  const onLab = settings.KURIR_NETWORK === 'lab'
  return {
    network: settings.KURIR_NETWORK,
    lab: onLab
      ? {
          url: settings.KURIR_LAB_URL ?? '',
          rootKey: settings.KURIR_LAB_ROOT_KEY ?? '',
          caFile: settings.KURIR_LAB_CA ?? null,
        }
      : null,
    dataDir: settings.KURIR_DATA,
    database: settings.DATABASE_URL
      ? { url: settings.DATABASE_URL, isPrepared: settings.DATABASE_PREPARE === 'on' }
      : null,
    host: settings.KURIR_HOST,
    port: settings.KURIR_PORT,
    publicUrl: settings.KURIR_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    basePath: settings.KURIR_BASE_PATH.replace(/\/+$/, ''),
    trustProxy: deriveTrust(settings.KURIR_TRUST_PROXY),
    corsOrigins: settings.KURIR_CORS_ORIGINS === 'off' ? [] : splitList(settings.KURIR_CORS_ORIGINS),
    logLevel: settings.KURIR_LOG_LEVEL,
    rateLimit: settings.KURIR_RATE_LIMIT
      ? { perSecond: settings.KURIR_RATE_LIMIT, burst: settings.KURIR_RATE_LIMIT_BURST }
      : null,
    privateUrls: derivePrivateUrls(settings.KURIR_ALLOW_PRIVATE_URLS),
    sendConcurrency: settings.KURIR_SEND_CONCURRENCY,
    handshakes: settings.KURIR_HANDSHAKES,
    dialects: deriveDialects(settings.KURIR_DIALECTS),
    sendTimeoutMs: Math.round(settings.KURIR_SEND_TIMEOUT * 1000),
    quotas: {
      messagesPerMonth: settings.KURIR_MESSAGES_PER_MONTH,
      messagesPerDay: settings.KURIR_MESSAGES_PER_DAY,
      numberChecksPerMonth: settings.KURIR_NUMBER_CHECKS_PER_MONTH,
    },
    media: {
      maxBytes: settings.KURIR_MEDIA_MAX_MB * MB,
      quotaBytes: settings.KURIR_MEDIA_QUOTA_MB * MB,
      days: settings.KURIR_MEDIA_DAYS,
      s3: deriveS3(settings),
    },
    retention: {
      messages: settings.KURIR_MESSAGE_DAYS,
      events: settings.KURIR_EVENT_DAYS,
      deliveries: settings.KURIR_DELIVERY_DAYS,
      audit: settings.KURIR_AUDIT_DAYS,
    },
    historyDays: settings.KURIR_HISTORY_DAYS,
    masterKey: deriveMasterKey(settings),
    alerts: { url: settings.KURIR_ALERT_URL ?? null, downAfterMs: settings.KURIR_ALERT_AFTER * 1000 },
    traces: deriveTraces(settings),
    adminKey: settings.KURIR_ADMIN_KEY ?? null,
    failpoint: deriveFailpoint(settings.KURIR_FAILPOINT),
  }
}

function deriveMasterKey({ KURIR_MASTER_KEY: text, KURIR_MASTER_KEY_FILE: file }: Settings): Config['masterKey'] {
  if (text) return { text }
  return file ? { file } : null
}

function deriveTraces(settings: Settings): Config['traces'] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = '' } = settings
  if (endpoint === undefined) return null
  const entries = headers.split(',').filter(Boolean).map(headerOf)
  const share = settings.OTEL_TRACES_SAMPLER_ARG
  return { url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, headers: Object.fromEntries(entries), share }
}

function headerOf(text: string): [name: string, value: string] {
  const [name = '', ...value] = text.split('=')
  try {
    return [name, decodeURIComponent(value.join('='))]
  } catch {
    return [name, value.join('=')]
  }
}

function deriveFailpoint(text: string | undefined): Config['failpoint'] {
  if (text === undefined) return null
  const [name, hit = '1'] = text.split('@')
  return { name: name as FailpointName, hit: Number(hit) }
}

function deriveS3(settings: Settings): S3Config | null {
  if (settings.KURIR_MEDIA_STORE === 'disk') return null
  return {
    bucket: settings.KURIR_S3_BUCKET ?? '',
    endpoint: settings.KURIR_S3_ENDPOINT ?? null,
    region: settings.KURIR_S3_REGION,
    keyId: settings.KURIR_S3_KEY_ID ?? '',
    secret: settings.KURIR_S3_SECRET ?? '',
    pathStyle: settings.KURIR_S3_PATH_STYLE === 'on',
    prefix: settings.KURIR_S3_PREFIX,
  }
}

function deriveTrust(text: string): boolean | number | string[] {
  if (text === 'off' || text === 'on') return text === 'on'
  return /^\d+$/.test(text) ? Number(text) : splitList(text)
}

function derivePrivateUrls(text: string): PrivateUrls {
  const parts = splitList(text)
  return {
    loopback: parts.includes('loopback'),
    cidrs: parts.filter((part) => part !== 'loopback' && part !== 'off'),
  }
}

function deriveDialects(text: string): string[] | null {
  if (text === 'all') return null
  return text === 'none' ? [] : splitList(text)
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

/** Variables of the command line client (`config/client.ts`). */
const CLIENT_NAMES = ['KURIR_URL', 'KURIR_KEY']

function unknownVariables(env: Environment): string[] {
  const known = [...SETTING_NAMES, ...CLIENT_NAMES]
  return Object.keys(env)
    .filter((name) => name.startsWith('KURIR_') && !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known)
      return `${name} is not a setting${nearest ? `; is ${nearest} meant?` : ''}`
    })
}

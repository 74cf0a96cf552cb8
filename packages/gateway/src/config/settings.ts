import { type Static, Type } from 'typebox'
import { FAILPOINTS } from '../core/failpoints.ts'

/**
 * Every setting, its environment variable, default and meaning. Values are as the environment holds them after
 * conversion to numbers; `config.ts` derives the richer ones.
 */
export const SettingsSchema = Type.Object(
  {
    KURIR_NETWORK: Type.Union([Type.Literal('whatsapp'), Type.Literal('lab')], {
      default: 'whatsapp',
      description: 'Network to dial: whatsapp, or lab (a simulated one).',
    }),
    KURIR_LAB_URL: Type.Optional(
      Type.String({ pattern: '^wss?://', description: 'WebSocket address of the lab (ws:// or wss://).' }),
    ),
    KURIR_LAB_ROOT_KEY: Type.Optional(
      Type.String({ minLength: 32, description: "The lab's root public key, which signs its Noise certificates." }),
    ),
    KURIR_LAB_CA: Type.Optional(
      Type.String({ minLength: 1, description: "File with the lab's CA certificate (PEM) for media." }),
    ),
    KURIR_DATA: Type.String({
      default: './data',
      minLength: 1,
      description: 'Directory of the database and the files.',
    }),
    DATABASE_URL: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        maxLength: 2048,
        description: 'PostgreSQL (14 or newer) to store everything in, instead of SQLite in the data directory.',
        secret: true,
      }),
    ),
    DATABASE_PREPARE: Type.Union([Type.Literal('on'), Type.Literal('off')], {
      default: 'on',
      description: 'Whether PostgreSQL keeps prepared statements; off behind a pooler in transaction mode.',
    }),
    KURIR_HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address to listen on.' }),
    KURIR_PORT: Type.Integer({
      default: 3000,
      minimum: 0,
      maximum: 65535,
      description: 'Port to listen on; 0 takes a free one.',
    }),
    KURIR_PUBLIC_URL: Type.Optional(
      Type.String({
        pattern: '^https?://[^?#]+$',
        description: 'Address that clients use, a proxy’s path included; links in answers start with it.',
      }),
    ),
    KURIR_BASE_PATH: Type.String({
      default: '/',
      pattern: '^(/[A-Za-z0-9._~-]+)*/?$',
      description: 'Path that every route is under, where a proxy passes it on.',
    }),
    KURIR_TRUST_PROXY: Type.String({
      default: 'off',
      minLength: 1,
      description: 'Whose X-Forwarded-* headers count: off, on (anybody), a number of proxies, or addresses and CIDRs.',
    }),
    KURIR_CORS_ORIGINS: Type.String({
      default: 'off',
      minLength: 1,
      description: 'Web pages that may call: off, or a list of origins such as https://shop.example.',
    }),
    KURIR_LOG_LEVEL: Type.Union(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map((level) => Type.Literal(level)),
      { default: 'info', description: 'Least level that is logged: trace, debug, info, warn, error, fatal or silent.' },
    ),
    KURIR_RATE_LIMIT: Type.Number({
      default: 20,
      minimum: 0,
      maximum: 1_000_000,
      description: 'Requests a second that one key may make in the long run; 0 is without limit.',
    }),
    KURIR_RATE_LIMIT_BURST: Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 1_000_000,
      description: 'Requests that one key may make at once.',
    }),
    KURIR_ALLOW_PRIVATE_URLS: Type.String({
      default: 'off',
      minLength: 1,
      description: 'Private addresses that webhooks may reach: off, loopback, or a list of CIDRs.',
    }),
    KURIR_SEND_CONCURRENCY: Type.Integer({
      default: 8,
      minimum: 1,
      maximum: 256,
      description: 'Chats of one session that are sent to at the same time.',
    }),
    KURIR_MEDIA_MAX_MB: Type.Integer({
      default: 100,
      minimum: 1,
      maximum: 2048,
      description: 'Largest file that clients may give, in MB; larger received ones are fetched only when asked for.',
    }),
    KURIR_MEDIA_QUOTA_MB: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 100_000_000,
      description: 'What all files of one tenant may take, in MB; 0 is without limit.',
    }),
    KURIR_MEDIA_DAYS: Type.Integer({
      default: 30,
      minimum: 0,
      maximum: 36_500,
      description: 'Days that a file is kept which nobody uses; 0 keeps all.',
    }),
    KURIR_HISTORY_DAYS: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 3650,
      description: 'Days of the phone’s messages that a session is given when it is paired; 0 takes none.',
    }),
    KURIR_MESSAGE_DAYS: Type.Integer({
      default: 180,
      minimum: 0,
      maximum: 36_500,
      description: 'Days that a message is kept after the last change of its status, 14 at least; 0 keeps all.',
    }),
    KURIR_EVENT_DAYS: Type.Integer({
      default: 30,
      minimum: 0,
      maximum: 36_500,
      description: 'Days that an event is kept, and until it is delivered; 0 keeps all.',
    }),
    KURIR_DELIVERY_DAYS: Type.Integer({
      default: 30,
      minimum: 0,
      maximum: 36_500,
      description: 'Days that a webhook delivery is kept after its end, no longer than its event; 0 keeps all.',
    }),
    KURIR_AUDIT_DAYS: Type.Integer({
      default: 365,
      minimum: 0,
      maximum: 36_500,
      description: 'Days that an entry of the audit log is kept; 0 keeps all.',
    }),
    KURIR_MEDIA_STORE: Type.Union([Type.Literal('disk'), Type.Literal('s3')], {
      default: 'disk',
      description: 'Where files lie: disk (the data directory), or s3 (a bucket of an S3-compatible service).',
    }),
    KURIR_S3_BUCKET: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$',
        description: 'The bucket for files; it must exist.',
      }),
    ),
    KURIR_S3_ENDPOINT: Type.Optional(
      Type.String({ pattern: '^https?://', description: 'Address of the S3-compatible service; without it Amazon’s.' }),
    ),
    KURIR_S3_REGION: Type.String({ default: 'us-east-1', minLength: 1, description: 'Region of the bucket.' }),
    KURIR_S3_PREFIX: Type.String({
      default: 'kurir/',
      pattern: '^([A-Za-z0-9._-]+/)*$',
      description: 'What the keys of files begin with, ending in a slash. One gateway alone uses what is under it.',
    }),
    KURIR_S3_PATH_STYLE: Type.Union([Type.Literal('off'), Type.Literal('on')], {
      default: 'off',
      description: 'Whether the bucket is named in the path of requests (on) or in the host (off).',
    }),
    KURIR_S3_KEY_ID: Type.Optional(Type.String({ minLength: 1, description: 'Id of the access key to the bucket.' })),
    KURIR_S3_SECRET: Type.Optional(
      Type.String({ minLength: 1, description: 'Secret of the access key to the bucket.', secret: true }),
    ),
    KURIR_DIALECTS: Type.String({
      default: 'all',
      minLength: 1,
      description: 'Foreign APIs that are spoken beside the native one: all, none, or a list of their names.',
    }),
    KURIR_SEND_TIMEOUT: Type.Number({
      default: 20,
      minimum: 0.1,
      maximum: 600,
      description: 'Seconds that a dialect’s answer waits for WhatsApp’s; what was accepted is sent all the same.',
    }),
    KURIR_MESSAGES_PER_MONTH: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 1_000_000_000,
      description:
        'Messages that one tenant may send a month (UTC), unless it has a quota of its own; 0 is without limit.',
    }),
    KURIR_MESSAGES_PER_DAY: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 1_000_000_000,
      description: 'The same for a day (UTC).',
    }),
    KURIR_NUMBER_CHECKS_PER_MONTH: Type.Integer({
      default: 1000,
      minimum: 0,
      maximum: 1_000_000_000,
      description:
        'Numbers that one tenant may check a month (UTC), unless it has a quota of its own; 0 is without limit.',
    }),
    KURIR_ALERT_URL: Type.Optional(
      Type.String({
        pattern: '^https?://',
        maxLength: 2048,
        description: 'Called (POST, JSON) when an alert is raised or cleared, of whatever tenant.',
        secret: true,
      }),
    ),
    OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
      Type.String({
        pattern: '^https?://',
        maxLength: 2048,
        description: 'Collector that the traces of messages are sent to (OTLP over HTTP, at /v1/traces below it).',
        secret: true,
      }),
    ),
    OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(
      Type.String({
        pattern: '^[^=,\\s]+=[^,]*(,[^=,\\s]+=[^,]*)*$',
        maxLength: 4096,
        description: 'Headers that the collector wants, as name=value with commas between; values URL-encoded.',
        secret: true,
      }),
    ),
    OTEL_TRACES_SAMPLER_ARG: Type.Number({
      default: 1,
      minimum: 0,
      maximum: 1,
      description: 'Part of the messages that is traced, from 0 to 1, where the client’s traceparent does not decide.',
    }),
    KURIR_ALERT_AFTER: Type.Integer({
      default: 300,
      minimum: 1,
      maximum: 86_400,
      description: 'Seconds that a session may be away before that is an alert.',
    }),
    KURIR_HANDSHAKES: Type.Integer({
      default: 16,
      minimum: 1,
      maximum: 1000,
      description: 'Sessions that connect at the same time when the process starts.',
    }),
    KURIR_FAILPOINT: Type.Optional(
      Type.String({
        pattern: `^(${FAILPOINTS.map((name) => name.replace('.', '\\.')).join('|')})(@[1-9][0-9]{0,5})?$`,
        description: 'For tests on the lab: the process dies where it reaches this point, the @nth time.',
      }),
    ),
    KURIR_MASTER_KEY: Type.Optional(
      Type.String({
        minLength: 40,
        maxLength: 1000,
        description:
          'Master key of encryption at rest: 32 random bytes in base64 or hex. After a comma: older keys that a rotation goes away from.',
        secret: true,
      }),
    ),
    KURIR_MASTER_KEY_FILE: Type.Optional(
      Type.String({ minLength: 1, description: 'File (mode 0600) with the master key, instead of KURIR_MASTER_KEY.' }),
    ),
    KURIR_ADMIN_KEY: Type.Optional(
      Type.String({
        minLength: 32,
        maxLength: 200,
        pattern: '^[!-~]+$',
        description: 'An admin key of your own choice, random; without it one is made and shown once.',
        secret: true,
      }),
    ),
  },
  { additionalProperties: false },
)

export type Settings = Static<typeof SettingsSchema>
export type SettingName = keyof typeof SettingsSchema.properties

/** Names of all settings, in the order of the table. */
export const SETTING_NAMES = Object.keys(SettingsSchema.properties) as SettingName[]

/** What the table says of a setting. */
export interface SettingFacts {
  description: string
  /** Absent where the setting is optional. */
  default?: string | number
  /** The value is converted from the environment's text. */
  isNumber: boolean
  /** The value must not be printed. */
  isSecret: boolean
}

/** Looks a setting up. */
export function settingFacts(name: SettingName): SettingFacts {
  const schema: Record<string, unknown> = { ...SettingsSchema.properties[name] }
  const facts: SettingFacts = {
    description: String(schema.description ?? ''),
    isNumber: schema.type === 'integer' || schema.type === 'number',
    isSecret: schema.secret === true,
  }
  if (typeof schema.default === 'string' || typeof schema.default === 'number') facts.default = schema.default
  return facts
}

import { expect, test } from 'vitest'
import { loadClientConfig } from './client.ts'
import { ConfigError, childEnv, describeSettings, loadConfig, printConfig } from './config.ts'
import { SETTING_NAMES } from './settings.ts'

function faultsOf(env: Record<string, string>): string[] {
  try {
    loadConfig({}, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

test('an empty environment gives the documented defaults', () => {
  expect(loadConfig({}, {}).config).toEqual({
    network: 'whatsapp',
    lab: null,
    dataDir: './data',
    database: null,
    host: '127.0.0.1',
    port: 3000,
    publicUrl: null,
    basePath: '',
    trustProxy: false,
    corsOrigins: [],
    logLevel: 'info',
    rateLimit: { perSecond: 20, burst: 60 },
    privateUrls: { loopback: false, cidrs: [] },
    sendConcurrency: 8,
    handshakes: 16,
    dialects: null,
    sendTimeoutMs: 20_000,
    quotas: { messagesPerMonth: 0, messagesPerDay: 0, numberChecksPerMonth: 1000 },
    retention: { messages: 180, events: 30, deliveries: 30, audit: 365 },
    media: { maxBytes: 100 * 1024 * 1024, quotaBytes: 0, days: 30, s3: null },
    historyDays: 0,
    masterKey: null,
    traces: null,
    alerts: { url: null, downAfterMs: 300_000 },
    adminKey: null,
    failpoint: null,
  })
})

test('a failpoint is taken on the lab only, by a name that there is', () => {
  const lab = { KURIR_NETWORK: 'lab', KURIR_LAB_URL: 'ws://127.0.0.1:1', KURIR_LAB_ROOT_KEY: 'a'.repeat(64) }
  const { failpoint } = loadConfig({}, { ...lab, KURIR_FAILPOINT: 'accept.after@3' }).config
  expect(failpoint).toEqual({ name: 'accept.after', hit: 3 })
  expect(faultsOf({ KURIR_FAILPOINT: 'accept.after' })).toHaveLength(1)
  expect(faultsOf({ ...lab, KURIR_FAILPOINT: 'acceptxafter' })).toHaveLength(1)
})

test('values are read, trimmed, and the command line goes before the environment', () => {
  const env = {
    KURIR_NETWORK: 'lab',
    KURIR_LAB_URL: 'ws://127.0.0.1:1234/ws/chat',
    KURIR_LAB_ROOT_KEY: 'ab'.repeat(32),
    KURIR_PORT: ' 8080 ',
    KURIR_HOST: '',
    KURIR_PUBLIC_URL: 'https://example.com/wa/',
    KURIR_BASE_PATH: '/wa/',
    KURIR_TRUST_PROXY: '10.0.0.0/8, 127.0.0.1',
    KURIR_RATE_LIMIT: '0',
    KURIR_ALLOW_PRIVATE_URLS: 'loopback,10.1.0.0/16',
    PATH: '/bin',
  }
  const { config, warnings } = loadConfig({ KURIR_PORT: '9090' }, env)
  expect(config).toMatchObject({
    lab: { url: 'ws://127.0.0.1:1234/ws/chat', rootKey: 'ab'.repeat(32), caFile: null },
    port: 9090,
    host: '127.0.0.1',
    publicUrl: 'https://example.com/wa',
    basePath: '/wa',
    trustProxy: ['10.0.0.0/8', '127.0.0.1'],
    rateLimit: null,
    privateUrls: { loopback: true, cidrs: ['10.1.0.0/16'] },
  })
  expect(warnings).toEqual([])
  expect(loadConfig({}, { KURIR_TRUST_PROXY: '2' }).config.trustProxy).toBe(2)
  expect(loadConfig({}, { KURIR_TRUST_PROXY: 'on' }).config.trustProxy).toBe(true)
})

test('origins are taken as browsers write them, and nothing else', () => {
  const origins = (text: string) => loadConfig({}, { KURIR_CORS_ORIGINS: text }).config.corsOrigins
  expect(origins('off')).toEqual([])
  expect(origins('https://shop.example, http://localhost:5173')).toEqual([
    'https://shop.example',
    'http://localhost:5173',
  ])
  const odd = ['*', 'null', 'shop.example', 'https://shop.example/', 'https://SHOP.example', 'https://a.example:443']
  for (const text of [...odd, 'ftp://a.example', 'off,https://shop.example', 'https://*.example/x']) {
    expect(faultsOf({ KURIR_CORS_ORIGINS: text }), text).toEqual([expect.stringContaining('KURIR_CORS_ORIGINS has')])
  }
})

test('all faults are named at once, and secrets are not repeated', () => {
  const faults = faultsOf({
    KURIR_PORT: 'http',
    KURIR_LOG_LEVEL: 'loud',
    KURIR_PUBLIC_URL: 'example.com',
    KURIR_BASE_PATH: 'wa',
    KURIR_ADMIN_KEY: 'tooshort',
  })
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'KURIR_PORT',
    'KURIR_PUBLIC_URL',
    'KURIR_BASE_PATH',
    'KURIR_LOG_LEVEL',
    'KURIR_ADMIN_KEY',
  ])
  expect(faults[0]).toContain('"http"')
  expect(faults.join()).not.toContain('tooshort')
})

test('settings that need each other are checked together', () => {
  expect(faultsOf({ KURIR_NETWORK: 'lab' })).toHaveLength(2)
  expect(faultsOf({ KURIR_TRUST_PROXY: 'my-proxy' })).toHaveLength(1)
  expect(faultsOf({ KURIR_ALLOW_PRIVATE_URLS: 'all' })).toHaveLength(1)
})

test('messages are kept for as long as devices ask for them again, or longer', () => {
  for (const days of ['0', '14', '400']) {
    expect(loadConfig({}, { KURIR_MESSAGE_DAYS: days }).config.retention.messages).toBe(Number(days))
  }
  expect(faultsOf({ KURIR_MESSAGE_DAYS: '13' })).toEqual([expect.stringContaining('14 days')])
  expect(faultsOf({ KURIR_MESSAGE_DAYS: '-1' })).toHaveLength(1)
})

test('sample admin keys are refused and random ones taken', () => {
  for (const key of ['change-me-change-me-change-me-change-me', 'a'.repeat(40), 'YOUR_KEY_0123456789_0123456789_01']) {
    expect(faultsOf({ KURIR_ADMIN_KEY: key }), key).toHaveLength(1)
  }
  expect(faultsOf({ KURIR_ADMIN_KEY: '9f0c4d71b3e84a52a6d7c0e1f5b29384' })).toEqual([])
  expect(faultsOf({ KURIR_ADMIN_KEY: 'kurir-sandbox-Zk3vQ1x_9sLpT0aWmB7rYdHc' })).toEqual([])
})

test('an unknown variable is warned about with the nearest name', () => {
  const { warnings } = loadConfig({}, { KURIR_PROT: '1', KURIR_SOMETHING_ELSE: '1', KURIR_URL: 'http://x', OTHER: '1' })
  expect(warnings).toEqual([
    'KURIR_PROT is not a setting; is KURIR_PORT meant?',
    'KURIR_SOMETHING_ELSE is not a setting',
  ])
})

test('printing shows every setting once and masks secrets', () => {
  const secret = '9f0c4d71b3e84a52a6d7c0e1f5b29384'
  const text = printConfig(loadConfig({}, { KURIR_ADMIN_KEY: secret }).settings)
  expect(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('=')[0]),
  ).toEqual(SETTING_NAMES)
  expect(text).toContain('KURIR_ADMIN_KEY=********')
  expect(text).not.toContain(secret)
  expect(describeSettings().every(({ description }) => description.endsWith('.'))).toBe(true)
})

test('a child gets what its parent says and nothing of the shell', () => {
  const env = childEnv({ KURIR_PORT: '1' }, { PATH: '/bin', KURIR_DATA: '/elsewhere', KURIR_ADMIN_KEY: 'x' })
  expect(env).toEqual({ PATH: '/bin', KURIR_PORT: '1' })
})

test('the client reads its address and key', () => {
  expect(loadClientConfig({}, {})).toEqual({ url: 'http://127.0.0.1:3000', key: null })
  expect(loadClientConfig({ url: 'http://a/' }, { KURIR_URL: 'http://b', KURIR_KEY: 'k' })).toEqual({
    url: 'http://a',
    key: 'k',
  })
})

test('traces: where they go, with which headers, and how many', () => {
  const { config } = loadConfig(
    {},
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc=,x-team=shop',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    },
  )
  const headers = { authorization: 'Bearer abc=', 'x-team': 'shop' }
  expect(config.traces).toEqual({ url: 'http://collector:4318/v1/traces', headers, share: 0.25 })
})

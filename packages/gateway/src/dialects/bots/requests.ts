import { WEEKDAYS, type Weekday } from '../../automation/ports.ts'
import type { SettingsPatch } from '../../automation/verbs.ts'
import type { DialectCall } from '../dialect.ts'
import type { Fields } from '../fields.ts'
import { badRequest } from './errors.ts'

/** The document's two events: what comes in, and what comes in or goes out. */
export const WEBHOOK_EVENTS = ['onMessage', 'onAnyMessage'] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** What a PUT changes of a bot; what it does not name stays. */
export interface BotPatch {
  name?: string
  language?: string
  multiDevice?: boolean
  sendWebhook?: boolean
  automation: SettingsPatch
}

export function readGeneral({ body }: DialectCall): BotPatch {
  const message = body.value('default_msg')
  const timeZone = body.word('bot_timezone')
  const name = body.word('bot_name')
  const language = body.word('bot_lang')
  return {
    ...(name === undefined ? {} : { name }),
    ...(language === undefined ? {} : { language }),
    automation: {
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(message === undefined ? {} : readDefaultMessage(body)),
    },
  }
}

/** A switch, or the text itself. A form can only write `true` as a text. */
function readDefaultMessage(body: Fields): SettingsPatch {
  const value = body.value('default_msg')
  if (value === true || value === 'true') return { sendDefaultMessage: true }
  if (value === false || value === 'false') return { sendDefaultMessage: false }
  return { defaultMessage: body.text('default_msg') ?? '' }
}

const SWITCHES = {
  send_default_msg: 'sendDefaultMessage',
  reply_group_msgs: 'replyGroupMessages',
  reply_unread_msgs: 'replyUnreadMessages',
  reply_msgs: 'replyMessages',
} as const

export function readActions({ body }: DialectCall): BotPatch {
  const automation: SettingsPatch = {}
  for (const [field, name] of Object.entries(SWITCHES)) {
    const flag = body.flag(field)
    if (flag !== undefined) automation[name] = flag
  }
  const multiDevice = body.flag('multi_device')
  const sendWebhook = body.flag('send_webhook')
  return {
    ...(multiDevice === undefined ? {} : { multiDevice }),
    ...(sendWebhook === undefined ? {} : { sendWebhook }),
    automation,
  }
}

export function readActiveDays({ body }: DialectCall): BotPatch {
  const activeDays: Partial<Record<Weekday, boolean>> = {}
  for (const day of WEEKDAYS) {
    const flag = body.flag(day)
    if (flag !== undefined) activeDays[day] = flag
  }
  return { automation: { activeDays } }
}

export function readActiveHours({ body }: DialectCall): BotPatch {
  const from = body.word('from')
  const to = body.word('to')
  return {
    automation: { activeHours: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } },
  }
}

/** Where a bot's events are posted, and how. */
export interface WebhookRequest {
  url: string
  events: WebhookEvent[]
  headers: Record<string, string>
  timeoutMs: number | null
}

export function readWebhook({ body }: DialectCall): WebhookRequest {
  const url = body.word('webhook_url')
  if (url === undefined) throw badRequest('webhook_url is required')
  const config = body.group('requestConfig')
  return {
    url: withParams(readUrl(url, 'webhook_url'), config?.group('params')),
    events: readEvents(body.list('events')),
    headers: { ...readHeaders(config?.group('headers')), ...readAuth(config?.group('auth')) },
    timeoutMs: readTimeout(config),
  }
}

/** The webhook of `init`, for both events; undefined where none is to be set. */
export function readInit({ body }: DialectCall): WebhookRequest | undefined {
  const config = body.group('config')
  if (!config?.flag('setWebhook')) return undefined
  const url = config.word('webhookUrl')
  if (url === undefined) throw badRequest('config.webhookUrl is required where config.setWebhook is true')
  return { url: readUrl(url, 'config.webhookUrl').href, events: [...WEBHOOK_EVENTS], headers: {}, timeoutMs: null }
}

function readUrl(text: string, field: string): URL {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) throw badRequest(`${field} must be an http or https URL`)
  return url
}

function readEvents(list: unknown[] | undefined): WebhookEvent[] {
  if (list === undefined || list.length === 0) return [...WEBHOOK_EVENTS]
  const wrong = list.find((event) => !WEBHOOK_EVENTS.some((known) => known === event))
  if (wrong !== undefined) throw badRequest(`events may have ${WEBHOOK_EVENTS.join(' and ')}`)
  return WEBHOOK_EVENTS.filter((event) => list.includes(event))
}

function withParams(url: URL, params: Fields | undefined): string {
  for (const name of Object.keys(params?.all() ?? {})) {
    for (const value of params?.list(name) ?? []) url.searchParams.append(name, String(value))
  }
  return url.href
}

/** What the bodies say of themselves is not the client's to say, though most configurations of axios do. */
const OWN_HEADERS = ['content-type', 'content-length']

function readHeaders(headers: Fields | undefined): Record<string, string> {
  const names = Object.keys(headers?.all() ?? {}).filter((name) => !OWN_HEADERS.includes(name.toLowerCase()))
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), headers?.text(name) ?? '']))
}

function readAuth(auth: Fields | undefined): Record<string, string> {
  if (!auth) return {}
  const pair = `${auth.text('username') ?? ''}:${auth.text('password') ?? ''}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const LONGEST_MS = 30_000

/** Milliseconds; 0 is without a limit of one's own, as with axios. */
function readTimeout(config: Fields | undefined): number | null {
  const timeout = config?.number('timeout') ?? 0
  return timeout > 0 ? Math.min(Math.ceil(timeout), LONGEST_MS) : null
}

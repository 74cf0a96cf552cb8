import makeWASocket, {
  type AuthenticationState,
  type BaileysEventMap,
  type ConnectionState,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WASocket,
} from 'baileys'
import pino from 'pino'
import type { Lab } from '../src/index.ts'

const DEADLINE_MS = 10_000

// libsignal prints session state, keys included, at every change of a session.
for (const level of ['info', 'warn', 'error'] as const) console[level] = () => undefined

/** Credentials and keys in memory: what an app would keep on disk. */
export interface MemoryAuth {
  state: AuthenticationState
  data: Record<string, Record<string, unknown>>
}

export function memoryAuth(): MemoryAuth {
  const data: MemoryAuth['data'] = {}
  const get = async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
    const found: { [id: string]: SignalDataTypeMap[T] } = {}
    for (const id of ids) {
      const value = data[type]?.[id]
      if (value !== undefined) found[id] = value as SignalDataTypeMap[T]
    }
    return found
  }
  const set = async (values: SignalDataSet) => {
    for (const [type, entries] of Object.entries(values)) {
      data[type] ??= {}
      for (const [id, value] of Object.entries(entries ?? {})) {
        if (value === null || value === undefined) delete data[type]![id]
        else data[type]![id] = value
      }
    }
  }
  return { state: { creds: initAuthCreds(), keys: { get, set } }, data }
}

/** An unmodified Baileys socket that dials the lab. */
export function connect(lab: Lab, auth: MemoryAuth, config: Partial<UserFacingSocketConfig> = {}): WASocket {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(lab.rootKey, 'hex')
  return makeWASocket({
    waWebSocketUrl: lab.ws,
    auth: auth.state,
    logger: pino({ level: 'silent' }),
    browser: ['Ubuntu', 'Chrome', '22.04'],
    shouldSyncHistoryMessage: () => false,
    syncFullHistory: false,
    markOnlineOnConnect: false,
    emitOwnEvents: false,
    ...config,
  })
}

/** Resolves with the first event for which `pick` gives something. Rejects after ten seconds. */
export function next<E extends keyof BaileysEventMap, T = BaileysEventMap[E]>(
  sock: WASocket,
  event: E,
  pick: (value: BaileysEventMap[E]) => T | undefined | false,
  deadline = DEADLINE_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      sock.ev.off(event, listener)
      reject(new Error(`no ${event} within ${deadline} ms`))
    }, deadline)
    const listener = (value: BaileysEventMap[E]) => {
      const picked = pick(value)
      if (picked === undefined || picked === false) return
      clearTimeout(timer)
      sock.ev.off(event, listener)
      resolve(picked)
    }
    sock.ev.on(event, listener)
  })
}

/** Resolves when `read` gives something; asks again until then. Rejects after ten seconds. */
export async function eventually<T>(read: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + DEADLINE_MS
  while (Date.now() < end) {
    const value = await read()
    if (value !== undefined && value !== false) return value
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`condition not met within ${DEADLINE_MS} ms: ${read}`)
}

export const opened = (sock: WASocket) => next(sock, 'connection.update', (update) => update.connection === 'open')

/** The status code a connection ends with. */
export function closed(sock: WASocket): Promise<number> {
  const code = ({ connection, lastDisconnect }: Partial<ConnectionState>) => {
    if (connection !== 'close') return undefined
    const error = lastDisconnect?.error as { output?: { statusCode?: number } } | undefined
    return error?.output?.statusCode ?? -1
  }
  return next(sock, 'connection.update', code)
}

/** Calls the lab's control API; throws with the answer's error. */
export async function control<T = Record<string, unknown>>(
  lab: Lab,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  const response = await fetch(`${lab.url}${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  })
  const answer = (await response.json()) as T & { error?: string }
  if (!response.ok) throw new Error(`${response.status} ${answer.error}`)
  return answer
}

/** Pairs an account by QR through the control API and answers the socket that is open afterwards. */
export async function pair(
  lab: Lab,
  phone: string,
  auth: MemoryAuth = memoryAuth(),
  config: Partial<UserFacingSocketConfig> = {},
): Promise<{ sock: WASocket; auth: MemoryAuth }> {
  if (!lab.world.users.has(phone)) await control(lab, 'POST', '/phones', { phone })
  const first = connect(lab, auth, config)
  const end = closed(first)
  const qr = await next(first, 'connection.update', (update) => update.qr)
  await control(lab, 'POST', `/phones/${phone}/scan`, { qr })
  const code = await end
  if (code !== 515) throw new Error(`expected 515 after pairing, got ${code}`)
  const sock = connect(lab, auth, config)
  await opened(sock)
  return { sock, auth }
}

/** The texts a phone shows. */
export async function shownTexts(lab: Lab, phone: string): Promise<(string | undefined)[]> {
  const { messages } = await control<{ messages: { text?: string }[] }>(lab, 'GET', `/phones/${phone}/messages`)
  return messages.map((message) => message.text)
}

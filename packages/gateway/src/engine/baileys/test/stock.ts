import makeWASocket, {
  type AuthenticationState,
  type ConnectionState,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  type WASocket,
} from 'baileys'
import pino from 'pino'
import { type Bench, eventually } from './harness.ts'

/** Credentials and keys of a stock Baileys, in memory. */
export function stockAuth(): AuthenticationState {
  const data = new Map<string, unknown>()
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {}
        for (const id of ids) {
          const value = data.get(`${type}/${id}`)
          if (value !== undefined) found[id] = value as SignalDataTypeMap[T]
        }
        return found
      },
      set: async (values: SignalDataSet) => {
        for (const [type, entries] of Object.entries(values)) {
          for (const [id, value] of Object.entries(entries ?? {})) {
            if (value === null || value === undefined) data.delete(`${type}/${id}`)
            else data.set(`${type}/${id}`, value)
          }
        }
      },
    },
  }
}

/** An unmodified Baileys with none of our mends, for showing what they mend. */
export function stockSocket(
  bench: Bench,
  auth: AuthenticationState,
  config: Partial<UserFacingSocketConfig> = {},
): WASocket {
  return makeWASocket({
    waWebSocketUrl: bench.lab.ws,
    auth,
    logger: pino({ level: 'silent' }),
    shouldSyncHistoryMessage: () => false,
    markOnlineOnConnect: false,
    ...config,
  })
}

/** Resolves with the first update that fits. */
export function updated(
  sock: WASocket,
  fits: (update: Partial<ConnectionState>) => unknown,
): Promise<Partial<ConnectionState>> {
  return new Promise((resolve) => {
    sock.ev.on('connection.update', (update) => {
      if (fits(update)) resolve(update)
    })
  })
}

/** Makes a phone and pairs a stock Baileys with it; nothing is connected afterwards. */
export async function stockPair(bench: Bench, phone: string): Promise<AuthenticationState> {
  const auth = stockAuth()
  await bench.control.phone(phone)
  const sock = stockSocket(bench, auth)
  const closed = updated(sock, (update) => update.connection === 'close')
  const { qr } = await updated(sock, (update) => update.qr)
  await bench.control.call('POST', `/phones/${phone}/scan`, { qr })
  await closed
  return auth
}

/** The same with a new number. */
export async function stockAccount(bench: Bench) {
  const phone = bench.newNumber()
  return { phone, auth: await stockPair(bench, phone) }
}

/** Logs in and waits until everything kept for the account has come. */
export async function stockLogin(
  bench: Bench,
  auth: AuthenticationState,
  config: Partial<UserFacingSocketConfig> = {},
): Promise<WASocket> {
  const sock = stockSocket(bench, auth, config)
  const drained = updated(sock, (update) => update.receivedPendingNotifications)
  await Promise.all([updated(sock, (update) => update.connection === 'open'), drained])
  return sock
}

/** Ends a stock socket. */
export async function stockEnd(sock: WASocket): Promise<void> {
  void sock.end(undefined)
  await eventually(() => sock.ws.isClosed)
}

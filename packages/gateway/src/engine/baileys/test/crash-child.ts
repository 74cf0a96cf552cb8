// A process for the crash tests: connects, sends, writes what it hears to stdout as JSON lines, and dies where it is told.
import makeWASocket, { type SignalDataSet, type SignalDataTypeMap, WA_CERT_DETAILS } from 'baileys'
import pino from 'pino'
import { systemClock } from '../../../core/clock.ts'
import type { FailpointName } from '../../../core/failpoints.ts'
import type { SessionUid, WaMessageId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import { decodeCreds, encodeCreds } from '../auth-state.ts'
import { BaileysEngine } from '../engine.ts'
import { decodeKey, encodeKey, type KeyType } from '../key-codec.ts'
import { FileAuth } from './file-auth.ts'
import { Recorder } from './recorder.ts'

export interface Orders {
  client: 'ours' | 'stock'
  file: string
  session: SessionUid
  url: string
  rootKey: string
  /** In this order, each awaited; the same id twice is the same message. */
  send: { to: string; waId: string; text: string }[]
  /**
   * Where to die, once all but the last message are sent. Stock: `stanza.written`, when it comes to saving the ratchet
   * of a sent message, or `inbound.saved`, when it has saved the one of a received message.
   */
  dieAt?: FailpointName | 'stanza.written' | 'inbound.saved'
  /** Ends after everything was sent; else stays until it is killed. */
  leave?: boolean
}

/** Time for the server to read what was written before the process died. */
const SLOW_DISK_MS = 300

const orders: Orders = JSON.parse(process.argv[2] ?? '{}')
const auth = new FileAuth(orders.file, orders.session)
let unsent = orders.send.length

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

function dieIf(name: Orders['dieAt']): void {
  if (name === orders.dieAt && unsent <= 1) process.kill(process.pid, 'SIGKILL')
}

class Speaker extends Recorder {
  override async onMessage(message: Parameters<Recorder['onMessage']>[0]): Promise<void> {
    await super.onMessage(message)
    say({ received: message.waId })
  }

  override onDrained(): void {
    say({ drained: true })
    void sendAll().catch((error: unknown) => say({ error: String(error) }))
  }
}

function ours() {
  const { url, rootKey, session } = orders
  const network = { kind: 'lab', url, rootKey } as const
  const logger = pino({ level: 'silent' })
  const engine = new BaileysEngine({ auth, logger, network, clock: systemClock, failpoint: dieIf })
  const connection = engine.connect(session, new Speaker(auth, session), {})
  return async (to: string, waId: string, text: string) => {
    const content = { type: 'text', text } as const
    const proto = auth.sent.get(waId) ?? engine.compose(content, null, to as Jid) ?? new Uint8Array()
    auth.sent.set(waId, proto)
    auth.flush()
    await connection.send({ waId: waId as WaMessageId, to: to as Jid, content, proto })
  }
}

function stock() {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(orders.rootKey, 'hex')
  console.info = console.warn = console.error = () => {}
  const { session } = orders
  const creds = decodeCreds(auth.of(session).creds ?? '')
  const get = async <T extends KeyType>(type: T, ids: string[]) => {
    const found: { [id: string]: SignalDataTypeMap[T] } = {}
    for (const [id, text] of await auth.getKeys(session, type, ids)) found[id] = decodeKey(type, text)
    return found
  }
  const set = async (data: SignalDataSet) => {
    const ratchet = data.session !== undefined || data['sender-key'] !== undefined
    if (unsent === 1 && ratchet && orders.dieAt === 'stanza.written') {
      await new Promise((resolve) => setTimeout(resolve, SLOW_DISK_MS))
      dieIf('stanza.written')
    }
    const keys = Object.entries(data).flatMap(([type, entries]) =>
      Object.entries(entries ?? {}).map(([id, value]) => {
        return { type, id, value: value === null || value === undefined ? null : encodeKey(type as KeyType, value) }
      }),
    )
    await auth.commit(session, { keys, journal: [] })
    if (unsent === 0 && ratchet && data['pre-key'] !== undefined) dieIf('inbound.saved')
  }
  const sock = makeWASocket({
    waWebSocketUrl: orders.url,
    auth: { creds, keys: { get, set } },
    logger: pino({ level: 'silent' }),
    shouldSyncHistoryMessage: () => false,
    markOnlineOnConnect: false,
    emitOwnEvents: false,
  })
  sock.ev.on('creds.update', () => void auth.saveCreds(session, encodeCreds(creds)))
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const { key, message } of messages) if (message) say({ received: key.id })
  })
  sock.ev.on('connection.update', ({ receivedPendingNotifications }) => {
    if (!receivedPendingNotifications) return
    say({ drained: true })
    void sendAll().catch((error: unknown) => say({ error: String(error) }))
  })
  return async (to: string, waId: string, text: string) => {
    await sock.sendMessage(to, { text }, { messageId: waId })
  }
}

async function sendAll(): Promise<void> {
  for (const { to, waId, text } of orders.send) {
    await send(to, waId, text)
    unsent -= 1
    say({ sent: waId })
  }
  if (orders.leave) process.exit(0)
}

const send = orders.client === 'ours' ? ours() : stock()

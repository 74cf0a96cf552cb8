// A child of the benchmark: bare Baileys, keys in memory, the way its own examples use it. Figures go to stdout as JSON.

import { parseArgs } from 'node:util'
import {
  type AuthenticationState,
  initAuthCreds,
  default as makeWASocket,
  type SignalDataSet,
  type SignalDataTypeMap,
  WA_CERT_DETAILS,
  type WASocket,
} from 'baileys'

const { values } = parseArgs({
  options: {
    ws: { type: 'string', default: '' },
    root: { type: 'string', default: '' },
    lab: { type: 'string', default: '' },
    phones: { type: 'string', default: '' },
    contacts: { type: 'string', default: '' },
    messages: { type: 'string', default: '1000' },
    parallel: { type: 'string', default: '4' },
  },
})
const silent = () => {}
const logger = {
  level: 'silent',
  child: () => logger,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
}
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(values.root, 'hex')
// libsignal prints session records; the figures are the only output wanted here.
console.info = console.warn = console.error = silent

function memoryAuth(): AuthenticationState {
  const rows = new Map<string, unknown>()
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <Type extends keyof SignalDataTypeMap>(type: Type, ids: string[]) => {
        const found: Record<string, SignalDataTypeMap[Type]> = {}
        for (const id of ids) {
          const value = rows.get(`${type}/${id}`)
          if (value) found[id] = value as SignalDataTypeMap[Type]
        }
        return found
      },
      set: async (data: SignalDataSet) => {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries ?? {})) {
            if (value) rows.set(`${type}/${id}`, value)
            else rows.delete(`${type}/${id}`)
          }
        }
      },
    },
  }
}

async function open(phone: string): Promise<WASocket> {
  const auth = memoryAuth()
  const connect = () =>
    makeWASocket({
      waWebSocketUrl: values.ws,
      auth,
      logger,
      emitOwnEvents: false,
      markOnlineOnConnect: false,
      shouldSyncHistoryMessage: () => false,
    })
  const first = connect()
  await new Promise<void>((resolve) => {
    first.ev.on('connection.update', ({ qr, connection }) => {
      if (qr) void post(`/phones/${phone}/scan`, { qr })
      if (connection === 'close') resolve()
    })
  })
  const socket = connect()
  await new Promise<void>((resolve) => {
    socket.ev.on('connection.update', ({ connection }) => connection === 'open' && resolve())
  })
  return socket
}

async function post(path: string, body: unknown): Promise<void> {
  const response = await fetch(values.lab + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
}

/** Sends `count` texts, `parallel` at a time per account, and waits for every ack. */
async function send(sockets: WASocket[], contacts: string[], count: number): Promise<void> {
  let next = 0
  let acked = 0
  let done: () => void = () => {}
  const allAcked = new Promise<void>((resolve) => {
    done = resolve
  })
  const onAck = () => {
    acked += 1
    if (acked === count) done()
  }
  for (const socket of sockets) socket.ws.on('CB:ack,class:message', onAck)
  const worker = async (socket: WASocket) => {
    while (next < count) {
      const n = next++
      const contact = contacts[n % contacts.length]
      await socket.sendMessage(`${contact}@s.whatsapp.net`, {
        text: `Order ${n} was sent and arrives tomorrow before noon.`,
      })
    }
  }
  await Promise.all(sockets.flatMap((socket) => Array.from({ length: Number(values.parallel) }, () => worker(socket))))
  await allAcked
  for (const socket of sockets) socket.ws.off('CB:ack,class:message', onAck)
}

const contacts = values.contacts.split(',')
const sockets: WASocket[] = []
for (const phone of values.phones.split(',')) sockets.push(await open(phone))
for (const socket of sockets) {
  for (const contact of contacts) {
    await socket.sendMessage(`${contact}@s.whatsapp.net`, { text: 'first' })
  }
}
process.stdout.write(`${JSON.stringify({ ready: true })}\n`)

process.stdin.setEncoding('utf8').on('data', (line: string) => {
  void measure(JSON.parse(line) as { count: number })
})
process.stdin.on('end', () => process.exit(0))

async function measure({ count }: { count: number }): Promise<void> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await send(sockets, contacts, count)
  const used = process.cpuUsage(cpu)
  const seconds = (performance.now() - started) / 1000
  const figures = { cpuMsPerMessage: (used.user + used.system) / 1000 / count, messagesPerSecond: count / seconds }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

// A child of the benchmark: bare Baileys, keys in memory, the way its own examples use it. Figures go to stdout as JSON.

import { parseArgs } from 'node:util'
import {
  type AuthenticationState,
  type GroupMetadata,
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
    groups: { type: 'string', default: '' },
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

const metadata = new Map<string, GroupMetadata>()

async function open(phone: string): Promise<WASocket> {
  const auth = memoryAuth()
  const connect = () =>
    makeWASocket({
      waWebSocketUrl: values.ws,
      auth,
      logger,
      emitOwnEvents: false,
      markOnlineOnConnect: false,
      // As its documentation recommends for groups.
      cachedGroupMetadata: async (group) => metadata.get(group),
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

/** Sends `count` texts, `parallel` at a time per account, and waits for every ack. `chatOf`: where the nth of an account goes. */
async function send(count: number, chatOf: (account: number, n: number) => string): Promise<void> {
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
  const worker = async (socket: WASocket, account: number) => {
    while (next < count) {
      const n = next++
      await socket.sendMessage(chatOf(account, n), { text: `Order ${n} was sent and arrives tomorrow before noon.` })
    }
  }
  const parallel = Array.from({ length: Number(values.parallel) })
  await Promise.all(sockets.flatMap((socket, account) => parallel.map(() => worker(socket, account))))
  await allAcked
  for (const socket of sockets) socket.ws.off('CB:ack,class:message', onAck)
}

const contacts = values.contacts.split(',').map((phone) => `${phone}@s.whatsapp.net`)
const groups = values.groups.split(',')
const sockets: WASocket[] = []
for (const phone of values.phones.split(',')) sockets.push(await open(phone))
for (const [account, socket] of sockets.entries()) {
  const group = groups[account] ?? ''
  metadata.set(group, await socket.groupMetadata(group))
  for (const chat of [...contacts, group]) await socket.sendMessage(chat, { text: 'first' })
}
process.stdout.write(`${JSON.stringify({ ready: true })}\n`)

process.stdin.setEncoding('utf8').on('data', (line: string) => {
  void measure(JSON.parse(line) as { count: number; audience: string })
})
process.stdin.on('end', () => process.exit(0))

async function measure({ count, audience }: { count: number; audience: string }): Promise<void> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await send(count, (account, n) => (audience === 'group' ? groups[account] : contacts[n % contacts.length]) ?? '')
  const used = process.cpuUsage(cpu)
  const seconds = (performance.now() - started) / 1000
  const figures = { cpuMsPerMessage: (used.user + used.system) / 1000 / count, messagesPerSecond: count / seconds }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

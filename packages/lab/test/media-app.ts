/**
 * An app as anybody would write it, with the defaults of Baileys: shows a QR code, sends one image to the number it was
 * given and prints the hash of the first image it gets. It knows nothing of the lab; the environment says all.
 */
import { createHash } from 'node:crypto'
import makeWASocket, {
  type AuthenticationState,
  downloadMediaMessage,
  initAuthCreds,
  type SignalDataTypeMap,
} from 'baileys'
import pino from 'pino'

const [to = '', file = ''] = process.argv.slice(2)
const kept = new Map<string, unknown>()
const keys: AuthenticationState['keys'] = {
  get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) =>
    Object.fromEntries(
      ids
        .filter((id) => kept.has(`${type} ${id}`))
        .map((id) => [id, kept.get(`${type} ${id}`) as SignalDataTypeMap[T]]),
    ),
  set: async (data) => {
    for (const [type, entries] of Object.entries(data)) {
      for (const [id, value] of Object.entries(entries ?? {})) kept.set(`${type} ${id}`, value ?? undefined)
    }
  },
}
const auth: AuthenticationState = { creds: initAuthCreds(), keys }

function start(): void {
  const sock = makeWASocket({ auth, logger: pino({ level: 'silent' }), shouldSyncHistoryMessage: () => false })
  sock.ev.on('connection.update', ({ qr, connection }) => {
    if (qr) console.log(JSON.stringify({ qr }))
    if (connection === 'close') start()
    if (connection === 'open') {
      const image = Buffer.from(file, 'base64')
      sock.sendMessage(`${to}@s.whatsapp.net`, { image, jpegThumbnail: '' }).catch(stop)
    }
  })
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const message of messages) {
      if (!message.message?.imageMessage || message.key.fromMe) continue
      downloadMediaMessage(message, 'buffer', {}).then((bytes) => {
        console.log(JSON.stringify({ sha256: createHash('sha256').update(bytes).digest('hex') }))
      }, stop)
    }
  })
}

function stop(error: unknown): void {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
}

start()

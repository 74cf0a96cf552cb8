import type { SessionUid } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import type { Engine, EngineConnection, OutboundMessage } from '../port.ts'
import type { EngineHarness, ShownText } from './harness.ts'
import { type Connected, connect, type Recorder } from './recorder.ts'

const PATIENCE_MS = 15_000

/** Pairs a session by its QR code; its first connection has ended. */
export async function pair(harness: EngineHarness, engine: Engine, session: SessionUid): Promise<void> {
  const { told } = connect(engine, session)
  await harness.scan(session, (await told.first('qr')).text)
  await told.first('closed')
}

export interface Online extends Connected {
  engine: Engine
  session: SessionUid
}

/** A new session that is paired, logged in and drained. */
export async function online(harness: EngineHarness, engine: Engine = harness.engine()): Promise<Online> {
  const session = await harness.newSession()
  await pair(harness, engine, session)
  return { engine, session, ...(await login(engine, session)) }
}

/** Opens the next connection of a paired session and waits until it is drained. */
export async function login(engine: Engine, session: SessionUid, recorder?: Recorder): Promise<Connected> {
  const connected = connect(engine, session, recorder)
  await connected.told.first('drained')
  return connected
}

/** A text with an id of its own, ready to be sent. */
export function text(engine: Engine, to: string, words: string): OutboundMessage {
  const content = { type: 'text', text: words } as const
  const proto = engine.compose(content, null, phoneJid(to))
  if (!proto) throw new Error('the engine composes no text')
  return { waId: engine.newMessageId(), to: phoneJid(to), content, proto }
}

/** Sends a text to somebody and waits for the ack. */
export async function sendText(connection: EngineConnection, message: OutboundMessage): Promise<void> {
  const outcome = await connection.send(message)
  if (outcome.kind !== 'acked') throw new Error(`the server said ${JSON.stringify(outcome)}`)
}

/** Waits until the person was shown `count` texts. */
export async function shown(harness: EngineHarness, contact: string, count: number): Promise<ShownText[]> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const texts = await harness.shownTo(contact)
    if (texts.length >= count) return texts
    if (Date.now() > deadline) throw new Error(`${contact} was shown ${texts.length} texts, not ${count}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

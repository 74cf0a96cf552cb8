import { newId, type SessionUid, type WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import { type EngineHarness, type EngineVariant, engineConformance, type ShownText } from '../conformance.ts'
import type { AccountIdentity, InboundMessage } from '../port.ts'
import type { ScriptedAccount } from './account.ts'
import { ScriptedEngine } from './engine.ts'

engineConformance('scripted', () => Promise.resolve(new ScriptedWorld()))

class ScriptedWorld implements EngineHarness {
  readonly #engines: Record<EngineVariant | 'usual', ScriptedEngine> = {
    usual: new ScriptedEngine(),
    'no-network': new ScriptedEngine(),
    'brief-pairing': new ScriptedEngine({ qrMs: 20, qrCount: 2 }),
    'brief-ack': new ScriptedEngine({ ackTimeoutMs: 50 }),
  }
  readonly #own = new Map<SessionUid, AccountIdentity>()
  readonly #members = new Map<string, string>()
  #numbers = 0
  #received = 0

  constructor() {
    this.#engines['no-network'].reachable = false
    for (const engine of Object.values(this.#engines)) engine.unregistered.add(this.unregistered())
  }

  engine(variant?: EngineVariant): ScriptedEngine {
    return this.#engines[variant ?? 'usual']
  }

  newSession(): Promise<SessionUid> {
    const session = newId('ses')
    this.#own.set(session, { phone: this.#number(), lid: null, pushName: null })
    for (const engine of Object.values(this.#engines)) engine.account(session).confirmsDelivery = true
    return Promise.resolve(session)
  }

  ownPhone(session: SessionUid): string {
    return this.#identity(session).phone
  }

  async scan(session: SessionUid, qr: string): Promise<void> {
    await this.#soon()
    this.#account(session).scan(qr, this.#identity(session))
  }

  async enterCode(session: SessionUid, code: string): Promise<void> {
    await this.#soon()
    this.#account(session).enterCode(code, this.#identity(session))
  }

  async unlink(session: SessionUid): Promise<void> {
    await this.#soon()
    this.#account(session).unlink()
  }

  async cut(session: SessionUid): Promise<void> {
    await this.#soon()
    this.#account(session).drop()
  }

  newContact(): Promise<string> {
    return Promise.resolve(this.#number())
  }

  unregistered(): string {
    return '6289999999999'
  }

  newGroup(session: SessionUid, subject: string, contact: string): Promise<Jid> {
    const jid = `1203630000${this.#number()}@g.us` as Jid
    this.#members.set(jid, contact)
    const participants = [this.ownPhone(session), contact].map((phone) => ({
      jid: phoneJid(phone),
      phone,
      admin: phone !== contact,
    }))
    this.#account(session).groups.push({ jid, subject, createdAt: Date.now(), participants })
    return Promise.resolve(jid)
  }

  shownTo(contact: string): Promise<ShownText[]> {
    const texts = new Map<string, ShownText>()
    for (const { waId, to, proto } of this.#accounts().flatMap(({ accepted }) => accepted)) {
      const reader = this.#members.get(to) ?? to.slice(0, to.indexOf('@'))
      if (reader !== contact || texts.has(waId)) continue
      const { content } = JSON.parse(new TextDecoder().decode(proto)) as { content: { text: string } }
      texts.set(waId, { waId, text: content.text })
    }
    return Promise.resolve([...texts.values()])
  }

  write(contact: string, session: SessionUid, text: string): Promise<string> {
    return this.#deliver(contact, session, { content: { type: 'text', text } })
  }

  writeFile(contact: string, session: SessionUid, bytes: Uint8Array): Promise<string> {
    const directPath = `/files/${this.#received}`
    for (const engine of Object.values(this.#engines)) engine.remoteFiles.set(directPath, bytes)
    const file = { mimetype: 'application/octet-stream', size: bytes.length, fileName: null }
    const nowhere = { url: null, mediaKey: '', fileSha256: null, fileEncSha256: null }
    return this.#deliver(contact, session, {
      content: { type: 'document', media: { id: newId('med'), ...file, sha256: null } },
      remote: { kind: 'document', ...file, ...nowhere, directPath },
    })
  }

  #deliver(contact: string, session: SessionUid, said: Pick<InboundMessage, 'content' | 'remote'>): Promise<string> {
    this.#received += 1
    const waId = `3A${this.#received}` as WaMessageId
    this.#account(session).deliver({
      waId,
      chat: phoneJid(contact),
      participant: null,
      senderAlt: null,
      fromMe: false,
      pushName: null,
      ...said,
      quote: null,
      timestamp: Date.now(),
    })
    return Promise.resolve(waId)
  }

  read(contact: string, waId: string): Promise<void> {
    for (const account of this.#accounts()) {
      if (!account.accepted.some((message) => message.waId === waId)) continue
      account.receipt({ waIds: [waId as WaMessageId], status: 'read', chat: phoneJid(contact) })
    }
    return Promise.resolve()
  }

  withholdAcks(session: SessionUid, count: number): Promise<void> {
    const account = this.#account(session)
    let left = count
    account.answer = () => {
      left -= 1
      return left < 0 ? { kind: 'ack' } : { kind: 'withhold' }
    }
    return Promise.resolve()
  }

  refuseNext(session: SessionUid, code: string): Promise<void> {
    const account = this.#account(session)
    account.answer = () => {
      account.answer = () => ({ kind: 'ack' })
      return { kind: 'refuse', code, retry: code !== '463' }
    }
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.all(this.#accounts().map((account) => account.live?.close())).then(() => undefined)
  }

  /** What happens on the far side reaches the engine a moment later, as over a network. */
  #soon(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  #accounts(): ScriptedAccount[] {
    return [...this.#own.keys()].flatMap((session) =>
      Object.values(this.#engines).map((engine) => engine.account(session)),
    )
  }

  /** The account on the engine that the session was connected by. */
  #account(session: SessionUid): ScriptedAccount {
    const engines = Object.values(this.#engines)
    const user = engines.find((engine) => engine.account(session).connects > 0) ?? this.#engines.usual
    return user.account(session)
  }

  #identity(session: SessionUid): AccountIdentity {
    const identity = this.#own.get(session)
    if (!identity) throw new Error('the session has no phone')
    return identity
  }

  #number(): string {
    this.#numbers += 1
    return `62813${String(this.#numbers).padStart(8, '0')}`
  }
}

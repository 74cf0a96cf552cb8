import { startLab } from 'kurir-lab'
import { newId, type SessionUid } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import { type EngineHarness, type EngineVariant, engineConformance, type ShownText } from '../conformance.ts'
import type { BaileysEngine } from './engine.ts'
import { Bench } from './test/harness.ts'

const UNREGISTERED = '6289999999999'

engineConformance('baileys over the lab', async () => {
  const world = new LabWorld(new Bench(await startLab(), {}))
  await world.bench.control.phone(UNREGISTERED, { registered: false })
  return world
})

class LabWorld implements EngineHarness {
  readonly bench: Bench
  readonly #engines: Record<EngineVariant | 'usual', BaileysEngine>
  readonly #own = new Map<SessionUid, string>()
  #numbers = 0

  constructor(bench: Bench) {
    this.bench = bench
    const { rootKey } = bench.lab
    const nowhere = { kind: 'lab', url: 'ws://127.0.0.1:9/ws/chat', rootKey } as const
    this.#engines = {
      usual: bench.engine,
      'no-network': bench.newEngine({ network: nowhere }),
      'brief-pairing': bench.newEngine({ timeouts: { qr: 150 } }),
      'brief-ack': bench.newEngine({ timeouts: { ack: 300 } }),
    }
  }

  engine(variant?: EngineVariant): BaileysEngine {
    return this.#engines[variant ?? 'usual']
  }

  async newSession(): Promise<SessionUid> {
    const session = newId('ses')
    this.#own.set(session, await this.newContact())
    return session
  }

  ownPhone(session: SessionUid): string {
    const phone = this.#own.get(session)
    if (!phone) throw new Error('no such session')
    return phone
  }

  async scan(session: SessionUid, qr: string): Promise<void> {
    await this.bench.control.call('POST', `/phones/${this.ownPhone(session)}/scan`, { qr })
  }

  async enterCode(session: SessionUid, code: string): Promise<void> {
    await this.bench.control.call('POST', `/phones/${this.ownPhone(session)}/enter-code`, { code })
  }

  async unlink(session: SessionUid): Promise<void> {
    await this.bench.control.call('POST', `/phones/${this.ownPhone(session)}/unlink`, {})
  }

  cut(session: SessionUid): Promise<void> {
    return this.bench.control.drop(this.ownPhone(session))
  }

  async newContact(): Promise<string> {
    this.#numbers += 1
    const phone = `62811${String(1_000_000 + this.#numbers)}`
    await this.bench.control.phone(phone, { name: `Person ${this.#numbers}` })
    return phone
  }

  unregistered(): string {
    return UNREGISTERED
  }

  async newGroup(session: SessionUid, name: string, contact: string): Promise<Jid> {
    return this.bench.group(name, contact, [this.ownPhone(session)])
  }

  async shownTo(contact: string): Promise<ShownText[]> {
    const rows = await this.bench.control.inbox(contact)
    return rows.map(({ id, text }) => ({ waId: id, text: text ?? '' }))
  }

  write(contact: string, session: SessionUid, text: string): Promise<string> {
    return this.bench.control.text(contact, this.ownPhone(session), text)
  }

  async writeFile(contact: string, session: SessionUid, bytes: Uint8Array): Promise<string> {
    const document = { base64: Buffer.from(bytes).toString('base64'), mimetype: 'application/octet-stream' }
    const request = { to: this.ownPhone(session), document }
    return (await this.bench.control.call<{ id: string }>('POST', `/phones/${contact}/messages`, request)).id
  }

  async read(contact: string, waId: string): Promise<void> {
    await this.bench.control.call('POST', `/phones/${contact}/read`, { id: waId })
  }

  withholdAcks(session: SessionUid, count: number): Promise<void> {
    return this.bench.control.fault('drop-ack', { session: this.ownPhone(session), count })
  }

  refuseNext(session: SessionUid, code: string): Promise<void> {
    return this.bench.control.fault('nack', { session: this.ownPhone(session), count: 1, code: Number(code) })
  }

  close(): Promise<void> {
    return this.bench.close()
  }
}

import type { WASocket } from 'baileys'
import { expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { closed, connect, control, eventually, type MemoryAuth, opened, pair } from './baileys-client.ts'

const MESSAGES = 60
const CONTACTS = ['6281300000001', '6281300000002', '6281300000003']

/** An app that keeps a list of what it has to send, and sends again with the same id until it is acknowledged. */
class PatientApp {
  readonly #lab: Lab
  readonly #auth: MemoryAuth
  readonly #sent = new Map<string, { to: string; text: string }>()
  readonly #open = new Set<string>()
  sock: WASocket

  constructor(lab: Lab, sock: WASocket, auth: MemoryAuth) {
    this.#lab = lab
    this.#auth = auth
    this.sock = sock
    this.#listen()
  }

  add(id: string, to: string): void {
    this.#sent.set(id, { to, text: id })
    this.#open.add(id)
  }

  async work(): Promise<void> {
    while (this.#open.size > 0) {
      for (const id of [...this.#open]) {
        const { to, text } = this.#sent.get(id)!
        await this.sock.sendMessage(`${to}@s.whatsapp.net`, { text }, { messageId: id }).catch(() => undefined)
      }
      if (!this.sock.ws.isOpen) await this.#reconnect()
      const end = Date.now() + 300
      await eventually(() => this.#open.size === 0 || Date.now() > end || !this.sock.ws.isOpen)
    }
  }

  async #reconnect(): Promise<void> {
    const getMessage = async ({ id }: { id?: string | null | undefined }) => ({
      conversation: this.#sent.get(id!)!.text,
    })
    this.sock = connect(this.#lab, this.#auth, { getMessage })
    this.#listen()
    await Promise.race([opened(this.sock), closed(this.sock)])
  }

  #listen(): void {
    this.sock.ws.on('CB:ack,class:message', ({ attrs }: { attrs: { id: string; error?: string } }) => {
      if (!attrs.error) this.#open.delete(attrs.id)
    })
  }
}

test.each(['1', '2'])(
  'lines are cut at random (seed %s): what is sent again with its id is shown, once',
  async (seed) => {
    const lab = await startLab({ seed })
    for (const phone of CONTACTS) await control(lab, 'POST', '/phones', { phone })
    const { sock, auth } = await pair(lab, '6281200000001')
    const app = new PatientApp(lab, sock, auth)
    for (let number = 0; number < MESSAGES; number += 1) {
      app.add(`MESSAGE${seed}X${number}`, CONTACTS[number % CONTACTS.length]!)
    }
    lab.world.faults.add({ kind: 'before-ack-drop', probability: 0.05, count: 4 })
    lab.world.faults.add({ kind: 'drop-socket', probability: 0.05, count: 4 })
    lab.world.faults.add({ kind: 'drop-ack', probability: 0.05 })
    await app.work()
    lab.world.faults.clear()
    const shown = () => CONTACTS.flatMap((phone) => lab.world.phone(phone).inbox.map(({ id }) => id))
    await eventually(() => shown().length === MESSAGES)
    expect(new Set(shown()).size).toBe(MESSAGES)
    for (const phone of CONTACTS) {
      for (const row of lab.world.phone(phone).inbox) expect(row.text).toBe(row.id)
    }
    expect(lab.world.ledger.counters.out.accepted).toBeGreaterThan(MESSAGES)
    expect(lab.world.violations).toEqual([])
    app.sock.end(undefined)
    await lab.close()
  },
)

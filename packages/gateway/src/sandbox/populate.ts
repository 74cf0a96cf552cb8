import type { JsonApi } from './clients.ts'
import { CallFailed, until } from './clients.ts'
import type { SandboxContract } from './contract.ts'

const CONTACTS = [
  { phone: '6281311110001', name: 'Budi Santoso' },
  { phone: '6281311110002', name: 'Siti Rahayu' },
  { phone: '6281311110003', name: 'Agus Wijaya' },
]
const GROUP_NAME = 'Toko Kurir'

interface Connections {
  lab: JsonApi
  /** With the admin key. */
  gateway: JsonApi
  onProgress: (text: string) => void
}

type Population = Pick<SandboxContract, 'contacts' | 'groups'> & { sessions: { id: string; phone: string }[] }

/**
 * Brings lab and gateway to the state that the contract promises: contacts, `count` paired and connected sessions, and
 * a group with all of them. What is there already (a kept data folder) is left as it is.
 */
export async function populate({ lab, gateway, onProgress }: Connections, count: number): Promise<Population> {
  for (const contact of CONTACTS) await createPhone(lab, contact)
  const sessions = Array.from({ length: count }, (_, index) => ({
    id: count === 1 ? 'demo' : `demo-${index + 1}`,
    phone: `62812${String(10_000_001 + index)}`,
  }))
  const waiting = [...sessions]
  const pairAll = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await pairSession(lab, gateway, next)
      if (count > 1) onProgress(`${sessions.length - waiting.length} of ${count} sessions paired`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, count) }, pairAll))
  const everybody = [...CONTACTS, ...sessions].map(({ phone }) => phone)
  return { sessions, contacts: CONTACTS, groups: [await createGroup(lab, everybody)] }
}

async function createPhone(lab: JsonApi, phone: { phone: string; name: string }): Promise<void> {
  try {
    await lab.call('POST', '/phones', phone)
  } catch (error) {
    if (!(error instanceof CallFailed && error.status === 409)) throw error
  }
}

async function pairSession(lab: JsonApi, gateway: JsonApi, session: { id: string; phone: string }): Promise<void> {
  await createPhone(lab, { phone: session.phone, name: `Toko ${session.id}` })
  try {
    await gateway.call('POST', '/v1/sessions', { id: session.id, name: `Toko ${session.id}` })
  } catch (error) {
    if (!(error instanceof CallFailed && error.status === 409)) throw error
  }
  let scanned = ''
  await until(
    `session ${session.id} to connect`,
    async () => {
      const { status } = await gateway.call<{ status: string }>('GET', `/v1/sessions/${session.id}`)
      if (status === 'connected') return true
      const qr = status === 'qr' ? await currentQr(gateway, session.id) : undefined
      if (qr && qr !== scanned) {
        await lab.call('POST', `/phones/${session.phone}/scan`, { qr })
        scanned = qr
      }
      return undefined
    },
    { timeoutMs: 60_000 },
  )
}

async function currentQr(gateway: JsonApi, session: string): Promise<string | undefined> {
  try {
    return (await gateway.call<{ qr: string }>('GET', `/v1/sessions/${session}/qr`)).qr
  } catch (error) {
    if (error instanceof CallFailed && (error.status === 404 || error.status === 409)) return undefined
    throw error
  }
}

async function createGroup(lab: JsonApi, participants: string[]): Promise<{ id: string; name: string }> {
  const { groups } = await lab.call<{ groups: { id: string; name: string }[] }>('GET', '/groups')
  const existing = groups.find(({ name }) => name === GROUP_NAME)
  if (existing) return { id: existing.id, name: existing.name }
  const [owner, ...others] = participants
  const created = await lab.call<{ id: string }>('POST', '/groups', { name: GROUP_NAME, owner, participants: others })
  return { id: created.id, name: GROUP_NAME }
}

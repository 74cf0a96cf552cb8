import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { childEnv } from '../../packages/gateway/src/config/config.ts'
import { Sandbox } from '../../packages/gateway/src/sandbox/run.ts'
import { eventually, json, shownMessages } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import { Receiver } from '../support/receiver.ts'
import type { Contract } from '../support/sandbox.ts'
import { cpuMs, quantile } from './figures.ts'
import type { Row } from './table.ts'

export interface SendFigures {
  cpuMsPerMessage: number
  messagesPerSecond: number
}

const SESSIONS = 8
const IN_FLIGHT_PER_SESSION = 4
const CONTACTS = 16

/** Whom messages are for: one of the contacts, or the group that each account has with all of them. */
type Audience = 'person' | 'group'

/** A gateway that is measured. */
export interface GatewayBench {
  contract: Contract
  contacts: string[]
  run(count: number, audience: Audience): Promise<SendFigures>
  latency(count: number): Promise<Row[]>
  stop(): Promise<void>
}

/** A sandbox, its gateway with these settings besides, with established Signal sessions between everybody. */
export async function startGateway(
  say: (text: string) => void,
  settings: Record<string, string>,
): Promise<GatewayBench> {
  say(`starting a sandbox with ${SESSIONS} sessions`)
  const sandbox = new Sandbox({
    ...{ host: '127.0.0.1', port: 0, labPort: 0, sessions: SESSIONS, restartOnExit: false, logLevel: 'warn' },
    // The lab's own process gets none.
    childEnv: (own) => childEnv(own.KURIR_PORT ? { ...own, ...settings } : own),
    onProgress: () => {},
    onRestart: () => {},
  })
  const contract = await sandbox.start().catch(async (error: unknown) => {
    await sandbox.stop()
    throw error
  })
  const contacts = Array.from({ length: CONTACTS }, (_, n) => `62857${String(10_000_000 + n)}`)
  for (const phone of contacts) await json('POST', `${contract.lab}/phones`, { body: { phone } })
  const agent = new Agent({ connections: SESSIONS * IN_FLIGHT_PER_SESSION, pipelining: 1 })
  const send = (session: string, to: string, text: string) => sendAndWait(agent, contract, session, to, text)
  say('establishing Signal sessions both ways')
  const groups = await groupsOf(
    contract.lab,
    contract.sessions.map(({ phone }) => phone),
    contacts,
  )
  await Promise.all(
    contract.sessions.map(async (session, index) => {
      await send(session.id, groups[index] ?? '', 'first')
      for (const contact of contacts) {
        await send(session.id, contact, 'first')
        await json('POST', `${contract.lab}/phones/${contact}/messages`, { body: { to: session.phone, text: 'reply' } })
      }
    }),
  )
  return {
    contract,
    contacts,
    run: async (count, audience) => {
      await json('POST', `${contract.lab}/mode`, { body: { decrypt: false } })
      const cpu = cpuMs(contract.gatewayPid)
      const started = performance.now()
      await sendMany(contract, audience === 'group' ? groups : contacts, count, send)
      const seconds = (performance.now() - started) / 1000
      const figures = {
        cpuMsPerMessage: (cpuMs(contract.gatewayPid) - cpu) / count,
        messagesPerSecond: count / seconds,
      }
      await json('POST', `${contract.lab}/mode`, { body: { decrypt: true } })
      return figures
    },
    latency: (count) => measureLatency(contract, count, send),
    stop: async () => {
      await agent.close()
      await sandbox.stop()
    },
  }
}

type Send = (session: string, to: string, text: string) => Promise<void>

async function sendAndWait(agent: Agent, contract: Contract, session: string, to: string, text: string): Promise<void> {
  const { statusCode, body } = await request(`${contract.gateway}/v1/sessions/${session}/messages?wait=20000`, {
    dispatcher: agent,
    method: 'POST',
    headers: { authorization: `Bearer ${contract.keys.native}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to, type: 'text', text }),
  })
  const answer = await body.text()
  if (statusCode !== 200) throw new Error(`the gateway answered ${statusCode}: ${answer}`)
}

/** A group for each account with all contacts, in the accounts' order. */
function groupsOf(lab: string, accounts: string[], contacts: string[]): Promise<string[]> {
  return Promise.all(
    accounts.map(async (owner) => {
      const body = { name: `Orders of ${owner}`, owner, participants: contacts }
      return (await json<{ id: string }>('POST', `${lab}/groups`, { body })).id
    }),
  )
}

/** Every worker has chats of its own, since the messages of one chat go one after the other; a group has one worker. */
async function sendMany(contract: Contract, chats: string[], count: number, send: Send): Promise<void> {
  let next = 0
  const worker = async (session: string, own: string[]) => {
    for (let n = next++; n < count; n = next++) {
      await send(session, own[n % own.length] ?? '', `Order ${n} was sent and arrives tomorrow before noon.`)
    }
  }
  const workersOf = ({ id }: { id: string }, index: number) => {
    const group = chats[index] ?? ''
    if (group.endsWith('@g.us')) return [worker(id, [group])]
    const share = chats.length / IN_FLIGHT_PER_SESSION
    return Array.from({ length: IN_FLIGHT_PER_SESSION }, (_, w) => worker(id, chats.slice(w * share, (w + 1) * share)))
  }
  await Promise.all(contract.sessions.flatMap(workersOf))
}

async function measureLatency(contract: Contract, count: number, send: Send): Promise<Row[]> {
  const { session, phone, contacts } = contract
  const contact = contacts[0]?.phone ?? ''
  const acked: number[] = []
  for (let n = 0; n < count; n += 1) {
    const started = performance.now()
    await send(session, contact, `latency ${n}`)
    acked.push(performance.now() - started)
  }
  await eventually('the last one to be shown', async () =>
    (await shownMessages(contract.lab, contact)).some(({ text }) => text === `latency ${count - 1}`),
  )
  const receiver = await Receiver.start()
  const kurir = clientOf(contract)
  const { id } = await kurir.post('/v1/webhooks', { body: { url: receiver.url, events: ['message.received'] } })
  const posted: number[] = []
  for (let n = 0; n < count; n += 1) {
    const arrival = receiver.next()
    const started = performance.now()
    void json('POST', `${contract.lab}/phones/${contact}/messages`, { body: { to: phone, text: `inbound ${n}` } })
    await arrival
    posted.push(performance.now() - started)
  }
  await kurir.delete('/v1/webhooks/{id}', { params: { path: { id } } })
  await receiver.stop()
  return [
    {
      figure: 'latency, HTTP in to acknowledged by the network, p50 (ms)',
      kurir: quantile(acked, 0.5),
      target: '<= 5',
    },
    {
      figure: 'latency, HTTP in to acknowledged by the network, p99 (ms)',
      kurir: quantile(acked, 0.99),
      target: '<= 40',
    },
    { figure: 'inbound, phone to webhook POST, p50 (ms)', kurir: quantile(posted, 0.5), target: '<= 10' },
    { figure: 'inbound, phone to webhook POST, p99 (ms)', kurir: quantile(posted, 0.99) },
  ]
}

/** Bare Baileys in a process of its own, with as many accounts and as many messages in flight. */
export async function startBare(
  contract: Contract,
  contacts: string[],
  say: (text: string) => void,
): Promise<Pick<GatewayBench, 'run' | 'stop'>> {
  say('starting bare Baileys')
  const phones = Array.from({ length: SESSIONS }, (_, n) => `62858${String(10_000_000 + n)}`)
  for (const phone of phones) await json('POST', `${contract.lab}/phones`, { body: { phone } })
  const groups = await groupsOf(contract.lab, phones, contacts)
  const { ws, rootKey } = await json<{ ws: string; rootKey: string }>('GET', `${contract.lab}/`)
  const file = fileURLToPath(new URL('./bare.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      ...[file, '--ws', ws, '--root', rootKey, '--lab', contract.lab, '--phones', phones.join()],
      ...['--contacts', contacts.join(), '--groups', groups.join(), '--parallel', String(IN_FLIGHT_PER_SESSION)],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then((): never => {
    throw new Error('bare Baileys ended')
  })
  ended.catch(() => {})
  await nextLine(ended, lines)
  say('its contacts answer, so that its Signal sessions are established too')
  for (const contact of contacts) {
    for (const phone of phones) {
      await json('POST', `${contract.lab}/phones/${contact}/messages`, { body: { to: phone, text: 'reply' } })
    }
  }
  return {
    run: async (count, audience) => {
      await json('POST', `${contract.lab}/mode`, { body: { decrypt: false } })
      const line = nextLine(ended, lines)
      child.stdin.write(`${JSON.stringify({ count, audience })}\n`)
      const figures = JSON.parse(await line) as SendFigures
      await json('POST', `${contract.lab}/mode`, { body: { decrypt: true } })
      return figures
    },
    stop: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function nextLine(ended: Promise<never>, lines: Interface): Promise<string> {
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  return line
}

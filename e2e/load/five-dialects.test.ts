import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually, shownMessages } from '../support/api.ts'
import { type Contract, startSandbox } from '../support/sandbox.ts'
import { type DialectClient, dialectClients } from './five-dialects.ts'

/** `npm run test:full` asks for the long form. */
const SECONDS = process.env.KURIR_E2E_FULL ? 60 : 8
const PER_SECOND = 20

interface Sent {
  from: string
  to: string
  text: string
}

/** Starts a request every 50 ms, by the clients in turn, whether or not the ones before are answered. */
async function sendAtRate(clients: DialectClient[], { contacts }: Contract) {
  const sent: Sent[] = []
  const errors: string[] = []
  const asked: Record<string, number> = {}
  const underWay: Promise<void>[] = []
  const started = performance.now()
  for (let n = 0; n < SECONDS * PER_SECOND; n += 1) {
    await pause(Math.max(0, started + (n * 1000) / PER_SECOND - performance.now()))
    const client = clients[n % clients.length]
    const to = contacts[Math.floor(n / clients.length) % contacts.length]?.phone
    if (!client || !to) throw new Error('no client, or nobody to write to')
    const text = `${client.dialect} ${n}`
    asked[client.dialect] = (asked[client.dialect] ?? 0) + 1
    if (client.isSending) sent.push({ from: client.session.phone, to, text })
    underWay.push(client.request(to, text).catch((error) => void errors.push(`${text}: ${error}`)))
  }
  const tookMs = performance.now() - started
  await Promise.all(underWay)
  return { sent, errors, asked, tookMs }
}

const lineOf = ({ from, to, text }: Sent) => `${from} > ${to}: ${text}`

/** What the contacts' phones show of the sessions, a line for each message. */
async function shown({ lab, contacts, sessions }: Contract): Promise<string[]> {
  const own = new Set(sessions.map(({ phone }) => phone))
  const rows = await Promise.all(
    contacts.map(async ({ phone: to }) =>
      (await shownMessages(lab, to)).filter(({ from }) => own.has(from)).map((row) => ({ ...row, to })),
    ),
  )
  const all = rows.flat()
  expect(all.filter(({ copies, undecryptable }) => copies !== 1 || undecryptable > 0)).toEqual([])
  return all.map(({ from, to, text }) => lineOf({ from, to, text: text ?? '' }))
}

test(
  `five dialects and the native API at once, ${PER_SECOND} requests a second in all for ${SECONDS} s: no error, each text shown once`,
  async (context) => {
    const sandbox = await startSandbox(['--sessions', '5'])
    try {
      const { contract } = sandbox
      const { clients, missing } = await dialectClients(contract)
      if (missing.length > 0) await context.annotate(`left out, the sandbox gives no key: ${missing.join(', ')}`)
      expect(clients.length + missing.length).toBe(6)
      const { sent, errors, asked, tookMs } = await sendAtRate(clients, contract)
      expect(errors).toEqual([])
      expect(Object.keys(asked)).toHaveLength(clients.length)
      expect(tookMs).toBeLessThan((SECONDS + 2) * 1000)
      await eventually('every text to be shown', async () => (await shown(contract)).length >= sent.length)
      expect((await shown(contract)).toSorted()).toEqual(sent.map(lineOf).toSorted())
    } finally {
      await sandbox.stop()
    }
  },
  SECONDS * 1000 + 90_000,
)

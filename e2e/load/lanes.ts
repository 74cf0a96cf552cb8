import { randomUUID } from 'node:crypto'
import { type ShownMessage, shownMessages } from '../support/api.ts'
import type { Receiver } from '../support/receiver.ts'
import type { Contract } from '../support/sandbox.ts'

/** One chat: a session and a contact. Texts are numbered per lane, so that order can be checked at the far end. */
export interface Lane {
  session: { id: string; phone: string }
  contact: { phone: string }
}

export interface Verdict {
  lost: number
  twice: number
  outOfOrder: number
  undecryptable: number
  /** Copies beyond the first, of which nobody saw more than one. */
  extraCopies: number
}

/** `perSession` lanes for every session of the sandbox. */
export function lanesOf(contract: Contract, perSession: number): Lane[] {
  return contract.sessions.flatMap((session) =>
    contract.contacts.slice(0, perSession).map((contact) => ({ session, contact })),
  )
}

const outText = (n: number, lane: Lane) => `out ${lane.session.id} ${n}`
const inText = (n: number, lane: Lane) => `in ${lane.contact.phone} ${n}`

/** Sends `perLane` texts on each lane through the gateway, one after the other per lane; every call is repeated until it is accepted. */
export async function sendOut(contract: Contract, lanes: Lane[], perLane: number): Promise<string[]> {
  const ids = await Promise.all(
    lanes.map(async (lane) => {
      const accepted: string[] = []
      for (let n = 0; n < perLane; n += 1) accepted.push(await sendOne(contract, lane, outText(n, lane)))
      return accepted
    }),
  )
  return ids.flat()
}

async function sendOne(contract: Contract, lane: Lane, text: string): Promise<string> {
  const key = randomUUID()
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      const response = await fetch(`${contract.gateway}/v1/sessions/${lane.session.id}/messages`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${contract.keys.native}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ to: lane.contact.phone, type: 'text', text }),
        signal: AbortSignal.timeout(20_000),
      })
      const body = await response.text()
      if (response.status === 202 || response.status === 200) return (JSON.parse(body) as { id: string }).id
      if (response.status !== 503) throw new Refused(`answered ${response.status}: ${body}`)
    } catch (error) {
      if (error instanceof Refused || Date.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

class Refused extends Error {}

/** Has the contacts send `perLane` texts on each lane, one after the other per lane. */
export async function sendIn(contract: Contract, lanes: Lane[], perLane: number): Promise<void> {
  await Promise.all(
    lanes.map(async (lane) => {
      for (let n = 0; n < perLane; n += 1) {
        const response = await fetch(`${contract.lab}/phones/${lane.contact.phone}/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ to: lane.session.phone, text: inText(n, lane) }),
        })
        if (!response.ok) throw new Error(`the lab answered ${response.status}: ${await response.text()}`)
      }
    }),
  )
}

/** What the contacts' phones show of what was sent out. */
export async function judgeShown(contract: Contract, lanes: Lane[], perLane: number): Promise<Verdict> {
  const verdict: Verdict = { lost: 0, twice: 0, outOfOrder: 0, undecryptable: 0, extraCopies: 0 }
  const shown = new Map<string, ShownMessage[]>()
  for (const { contact } of lanes) {
    if (!shown.has(contact.phone)) shown.set(contact.phone, await shownMessages(contract.lab, contact.phone))
  }
  for (const lane of lanes) {
    const rows = (shown.get(lane.contact.phone) ?? []).filter(({ from }) => from === lane.session.phone)
    judgeOrder(
      rows.flatMap(({ text }) => (text ? [text] : [])),
      (n) => outText(n, lane),
      perLane,
      verdict,
    )
    for (const row of rows) {
      verdict.extraCopies += row.copies - 1
      verdict.undecryptable += row.undecryptable
    }
  }
  return verdict
}

/** What the webhook receiver got of what was sent in; a repeated delivery of one event (same webhook-id) is allowed. */
export function judgeReceived(receiver: Receiver, lanes: Lane[], perLane: number): Verdict {
  const verdict: Verdict = { lost: 0, twice: 0, outOfOrder: 0, undecryptable: 0, extraCopies: 0 }
  const seen = new Set<string>()
  const first = receiver.of('message.received').filter(({ webhookId }) => !seen.has(webhookId) && seen.add(webhookId))
  verdict.extraCopies = receiver.of('message.received').length - first.length
  for (const lane of lanes) {
    const texts = first
      .filter(({ session, data }) => session === lane.session.id && data.from === lane.contact.phone)
      .map(({ data }) => String(data.text))
    judgeOrder(texts, (n) => inText(n, lane), perLane, verdict)
  }
  verdict.undecryptable = receiver.of('message.undecryptable').length
  return verdict
}

function judgeOrder(texts: string[], expected: (n: number) => string, count: number, verdict: Verdict): void {
  const positions = new Map<string, number>()
  for (const [index, text] of texts.entries()) {
    if (positions.has(text)) verdict.twice += 1
    else positions.set(text, index)
  }
  let highest = -1
  for (let n = 0; n < count; n += 1) {
    const position = positions.get(expected(n))
    if (position === undefined) verdict.lost += 1
    else if (position < highest) verdict.outOfOrder += 1
    else highest = position
  }
}

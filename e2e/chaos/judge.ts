import type { Load } from '../load/lanes.ts'
import { countUndelivered, settled, untilZero } from '../load/settle.ts'
import { json } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import type { Receiver } from '../support/receiver.ts'
import type { Verdict } from './ledger.ts'
import type { Findings } from './scenario.ts'

export interface Judgement {
  out: Verdict
  in: Verdict
  /** In words, of both directions. */
  text: string
}

export interface Case {
  ground: Ground
  load: Load
  receiver: Receiver
  /** Of the messages that were accepted. */
  ids: string[]
  /** Told now and then of how many are still to come. */
  say?: (text: string) => void
}

/** Waits for the last messages, compares the three ledgers and notes what is wrong. */
export async function judge({ ground, load, receiver, ids, say }: Case, findings: Findings): Promise<Judgement> {
  const out = await settled(() => load.judgeOut(), say)
  const told = await settled(async () => load.judgeIn(), say)
  note(findings, out, 'sent')
  if (out.lost > 0) findings.expect(false, `what was sent ended as ${await endings(ground, ids)}`)
  note(findings, told, 'received')
  findings.none(await untilZero(() => countUndelivered(ground.place, ids)), 'messages that did not end as delivered')
  findings.none(receiver.forged, 'webhooks with a wrong signature')
  await sayOdd(ground, findings)
  const extra = `${out.extraCopies} copies sent again under their id, ${told.extraCopies} events told again under theirs`
  return { out, in: told, text: `${inWords(out, told)}; ${extra}` }
}

/** How many messages have which status, in words. */
async function endings(ground: Ground, ids: string[]): Promise<string> {
  const counts = new Map<string, number>()
  for (const id of ids) {
    const { status_history: history } = await ground.native.get('/v1/messages/{id}', { params: { path: { id } } })
    const { status, reason } = history.at(-1) ?? { status: 'nothing' }
    const ending = reason ? `${status} (${reason})` : status
    counts.set(ending, (counts.get(ending) ?? 0) + 1)
  }
  return [...counts].map(([ending, count]) => `${count} ${ending}`).join(', ')
}

/** Notes what the lab did not understand or saw done against the protocol. */
export async function sayOdd(ground: Ground, findings: Findings): Promise<void> {
  const url = `${ground.place.lab}/ledger?id=none`
  const { unknownIqs, violations } = await json<{ unknownIqs: string[]; violations: string[] }>('GET', url)
  findings.none(unknownIqs.length, `IQs that the lab does not know: ${unknownIqs}`)
  findings.none(violations.length, `violations of the protocol: ${violations}`)
}

/** Notes each kind of fault in a verdict. */
function note(findings: Findings, verdict: Verdict, which: string): void {
  findings.none(verdict.lost, `lost of what was ${which}`)
  findings.none(verdict.twice, `twice of what was ${which}`)
  findings.none(verdict.outOfOrder, `out of order of what was ${which}`)
  findings.none(verdict.undecryptable, `undecryptable of what was ${which}`)
}

/** The sum of verdicts in words. */
function inWords(...verdicts: Verdict[]): string {
  const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((total, verdict) => total + of(verdict), 0)
  const [lost, twice, order, dark] = [
    sum(({ lost }) => lost),
    sum(({ twice }) => twice),
    sum(({ outOfOrder }) => outOfOrder),
    sum(({ undecryptable }) => undecryptable),
  ]
  return `${lost} lost, ${twice} twice, ${order} out of order, ${dark} undecryptable`
}

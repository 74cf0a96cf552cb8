import { Load, lanesOf } from '../load/lanes.ts'
import { settled } from '../load/settle.ts'
import { eventually, json } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import type { Findings, Scenario } from './scenario.ts'
import { play } from './theatre.ts'

const SIX_DAYS_MS = 6 * 24 * 3_600_000
/** How often one device may ask for one message. */
const MOST_RETRIES = 5

interface Row {
  retried: number
  shown: number
}

/** R4: phones cannot read a message and ask for it again: at once, after a restart, and six days later. */
export const askedAgain: Scenario = {
  id: 'R4',
  fault: 'phones ask for messages again: at once, after a restart, and six days later (clock)',
  databases: ['sqlite', 'postgres'],
  run: (setting) =>
    play(setting, { sessions: 2, lab: { seed: String(setting.seed) } }, async ({ ground, findings }) => {
      const load = new Load(ground.place, lanesOf(ground.place, 3, { groups: true }))
      const each = setting.isFull ? 250 : 12
      const [, afterRestart, afterDays] = ground.place.contacts
      await ground.fault('retry-receipt', { probability: setting.isFull ? 0.05 : 0.2 })
      await move(ground, afterRestart, 'offline')
      await move(ground, afterDays, 'offline')
      const ids = await load.sendOut(each)
      await sentAll(ground, ids)
      const atOnce = (await retried(ground)).length
      await ground.kill()
      await ground.begin()
      await ground.connected()
      await move(ground, afterRestart, 'online')
      const absent = load.sentOut.lines.filter(({ chat }) => chat.endsWith(`at ${afterDays?.phone}`)).length
      await eventually('what waited for a phone', async () => (await load.judgeOut()).lost <= absent, {
        timeoutMs: 180_000,
      })
      const later = (await retried(ground)).length
      await ground.kill()
      await ground.begin({}, SIX_DAYS_MS)
      await ground.connected()
      await move(ground, afterDays, 'online')
      const { lost, twice } = await settled(() => load.judgeOut())
      findings.none(lost, 'lost: asked for and never answered, or answered with something else')
      findings.none(twice, 'twice')
      const rows = await retried(ground)
      judgeRows(findings, rows, ground.place.contacts.length + ground.place.sessions.length)
      const counts = [atOnce, later - atOnce, rows.length - later]
      findings.expect(Math.min(...counts) > 0, `asked for at once, after the restart, days later: ${counts}`)
      return {
        load: `${ids.length} sends to people and a group`,
        result: `${counts[0]} messages asked for at once, ${counts[1]} after a restart, ${counts[2]} after six days: all answered with the original`,
      }
    }),
}

/** A message to a group is counted for all its members together. */
function judgeRows(findings: Findings, rows: Row[], members: number): void {
  findings.none(rows.filter(({ retried }) => retried > MOST_RETRIES * members).length, 'messages asked for too often')
  findings.none(rows.filter(({ shown }) => shown === 0).length, 'messages asked for and never shown')
}

async function retried(ground: Ground): Promise<Row[]> {
  const { messages } = await json<{ messages: Row[] }>('GET', `${ground.lab.url}/ledger`)
  return messages.filter(({ retried }) => retried > 0)
}

async function move(ground: Ground, contact: { phone: string } | undefined, where: 'offline' | 'online') {
  await json('POST', `${ground.lab.url}/phones/${contact?.phone}/${where}`)
}

/** Waits until the server has them all. */
async function sentAll(ground: Ground, ids: string[]): Promise<void> {
  for (const id of ids) {
    const params = { path: { id } }
    const wait = async () => (await ground.native.get('/v1/messages/{id}', { params })).status
    for (let status = await wait(); status === 'accepted' || status === 'prepared'; status = await wait()) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

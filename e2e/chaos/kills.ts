import { killRun } from '../load/kill-run.ts'
import type { Scenario } from './scenario.ts'

/** R1 and R7 are one run: messages go both ways. */
export const kills: Scenario = {
  id: 'R1+R7',
  fault: 'SIGKILL of the gateway, 50 to 500 ms after it listens or begins to send',
  databases: ['sqlite', 'postgres'],
  async run({ seed, isFull, database, say }) {
    const scale = isFull ? { kills: 200, sessions: 4, out: 834, in: 834 } : { kills: 4, sessions: 2, out: 50, in: 50 }
    const lifeMs: [number, number] = isFull ? [50, 500] : [100, 700]
    const run = await killRun({ seed, contacts: 2, lifeMs, database, say, ...scale })
    const load =
      `${run.sent} sends and ${run.received} received messages (people and a group), ${scale.sessions} sessions, ` +
      `${run.kills} kills, ${run.killsUnderLoad} of them under load`
    return { load, result: `${run.text}; ${Math.round(run.seconds)} s`, broken: run.broken }
  },
}

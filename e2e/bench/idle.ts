import { eventually } from '../support/api.ts'
import { startSandbox } from '../support/sandbox.ts'
import { rssMiB } from './figures.ts'
import type { Row } from './table.ts'

/** Until so many sessions are connected, seconds. */
const CONNECTED_WITHIN: Record<number, string> = { 200: '<= 4', 500: '<= 15' }

/** For each number of sessions: their memory, and how long it takes until all are connected after a kill. */
export async function measureIdle(counts: number[], say: (text: string) => void): Promise<Row[]> {
  say('starting a sandbox with one session, for the memory of an empty gateway')
  const empty = await startSandbox(['--restart-on-exit'])
  const emptyRss = (await restart(empty)).rss
  await empty.stop()
  const rows: Row[] = []
  for (const sessions of counts) rows.push(...(await measureSessions(sessions, emptyRss, say)))
  return rows
}

async function measureSessions(sessions: number, emptyRss: number, say: (text: string) => void): Promise<Row[]> {
  say(`pairing ${sessions} sessions`)
  const full = await startSandbox(['--sessions', String(sessions), '--restart-on-exit'])
  const { rss, seconds } = await restart(full)
  await full.stop()
  return [
    {
      figure: `memory per idle session at ${sessions} (MiB)`,
      kurir: (rss - emptyRss) / (sessions - 1),
      target: '<= 0.5',
    },
    { figure: `memory of the process at ${sessions} idle sessions (MiB)`, kurir: rss },
    {
      figure: `${sessions} sessions connected after a start (s)`,
      kurir: seconds,
      target: CONNECTED_WITHIN[sessions] ?? '',
    },
  ]
}

async function restart(sandbox: Awaited<ReturnType<typeof startSandbox>>): Promise<{ rss: number; seconds: number }> {
  const next = sandbox.nextGateway()
  process.kill(sandbox.gatewayPid(), 'SIGKILL')
  const started = performance.now()
  await next
  await eventually('all sessions', async () => (await fetch(`${sandbox.contract.gateway}/readyz`)).status === 200, {
    timeoutMs: 120_000,
    everyMs: 50,
  })
  const seconds = (performance.now() - started) / 1000
  // Memory after a start is mostly garbage of the start; what stays is what counts.
  await new Promise((resolve) => setTimeout(resolve, 8_000))
  return { rss: rssMiB(sandbox.gatewayPid()), seconds }
}

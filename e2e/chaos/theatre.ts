import { Ground, type GroundOptions } from '../support/ground.ts'
import { Receiver } from '../support/receiver.ts'
import { Findings, type Outcome, type Setting } from './scenario.ts'

export interface Scene {
  ground: Ground
  receiver: Receiver
  findings: Findings
  say: Setting['say']
}

/** Plays on a ground with a receiver of all message events; both are gone afterwards. */
export async function play(
  { database, say }: Setting,
  options: GroundOptions,
  act: (scene: Scene) => Promise<Omit<Outcome, 'broken'>>,
): Promise<Outcome> {
  const [ground, receiver] = await Promise.all([Ground.start({ database, ...options }), Receiver.start()])
  const findings = new Findings()
  try {
    receiver.trust(await ground.webhook(receiver.url))
    return { ...(await act({ ground, receiver, findings, say })), broken: findings.broken }
  } finally {
    await Promise.all([ground.stop(), receiver.stop()])
  }
}

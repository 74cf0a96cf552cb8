import { Load, lanesOf } from '../load/lanes.ts'
import { judge } from './judge.ts'
import type { Scenario } from './scenario.ts'
import { play } from './theatre.ts'

/** R5: the server has the message and the gateway does not know. */
export const lostAcks: Scenario = {
  id: 'R5',
  fault: 'the server drops 10 % of the acks, and resets the connection after 5 % of the writes',
  databases: ['sqlite', 'postgres'],
  run: (setting) =>
    play(setting, { sessions: setting.isFull ? 4 : 2, lab: { seed: String(setting.seed) } }, async (scene) => {
      const { ground, receiver, findings } = scene
      const load = new Load(ground.place, lanesOf(ground.place, 3), receiver)
      await ground.fault('drop-ack', { probability: 0.1 })
      await ground.fault('before-ack-drop', { probability: 0.05 })
      const ids = await load.sendOut(setting.isFull ? 417 : 15)
      const { text } = await judge({ ...scene, load, ids }, findings)
      const sent = receiver.of('message.sent').map(({ data, webhookId }) => ({ message: String(data.id), webhookId }))
      const events = new Map(sent.map(({ message, webhookId }) => [webhookId, message]))
      findings.none(ids.length - new Set(events.values()).size, 'messages without message.sent')
      findings.none(events.size - new Set(events.values()).size, 'messages with more than one message.sent')
      return { load: `${ids.length} sends over ${ground.place.sessions.length} sessions`, result: text }
    }),
}

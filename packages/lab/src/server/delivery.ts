import { node, SERVER } from '../wire/node.ts'
import type { Companion } from '../world/model.ts'
import type { Client } from './context.ts'
import { sendHistory } from './history.ts'

/**
 * Pushes to a client all that waited for its device, then lets through what comes. Always ends with the count, 0
 * included: clients wait for it.
 */
export function startDelivery(client: Client, companion: Companion): void {
  if (client.active) return
  const stanzas = companion.queue.stanzas()
  const count = stanzas.length
  if (count > 0) {
    const message = stanzas.filter((stanza) => stanza.tag === 'message').length
    const receipt = stanzas.filter((stanza) => stanza.tag === 'receipt').length
    const notification = count - message - receipt
    const preview = { count, message, receipt, notification, appdata: 0, call: 0 }
    client.send(node('ib', { from: SERVER }, [node('offline_preview', preview)]))
  }
  for (const stanza of stanzas) client.send({ ...stanza, attrs: { ...stanza.attrs, offline: '0' } })
  client.active = true
  client.send(node('ib', { from: SERVER }, [node('offline', { count })]))
  const routing = node('routing_info', {}, Buffer.from([8, 2]))
  client.send(node('ib', { from: SERVER }, [node('edge_routing', {}, [routing])]))
  if (!companion.awaitsHistory) return
  companion.awaitsHistory = false
  companion.user.whenOnline(() => sendHistory(client.state.world, companion))
}

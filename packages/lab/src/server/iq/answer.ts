import { type BinaryNode, node } from '../../wire/node.ts'
import type { Companion } from '../../world/model.ts'
import type { Client } from '../context.ts'

/** Handles one kind of IQ; `child` is its first child, or an empty node where it has none. */
export type IqHandler = (client: Client, iq: BinaryNode, child: BinaryNode) => void | Promise<void>

/** Answers an IQ. */
export function result(client: Client, iq: BinaryNode, content?: BinaryNode[], extra: object = {}): void {
  client.send(node('iq', { id: iq.attrs.id, from: iq.attrs.to, type: 'result', ...extra }, content))
}

/** Answers an IQ with an error. */
export function failure(client: Client, iq: BinaryNode, code: number, text: string): void {
  const error = node('error', { code, text })
  client.send(node('iq', { id: iq.attrs.id, from: iq.attrs.to, type: 'error' }, [error]))
}

/** The logged-in device an IQ comes from. Throws where nobody has logged in on this line. */
export function requester(client: Client): Companion {
  if (!client.companion) throw new Error('IQ before login')
  return client.companion
}

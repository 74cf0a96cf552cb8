import { type BinaryNode, node } from '../../wire/node.ts'
import type { Companion } from '../../world/companion.ts'
import type { Connection } from '../connection.ts'

/** Handles one kind of IQ; `child` is its first child, or an empty node where it has none. */
export type IqHandler = (connection: Connection, iq: BinaryNode, child: BinaryNode) => void | Promise<void>

/** Answers an IQ. */
export function result(connection: Connection, iq: BinaryNode, content?: BinaryNode[], extra: object = {}): void {
  connection.send(node('iq', { id: iq.attrs.id, from: iq.attrs.to, type: 'result', ...extra }, content))
}

/** Answers an IQ with an error. */
export function failure(connection: Connection, iq: BinaryNode, code: number, text: string): void {
  const error = node('error', { code, text })
  connection.send(node('iq', { id: iq.attrs.id, from: iq.attrs.to, type: 'error' }, [error]))
}

/** The logged-in device an IQ comes from. Throws where nobody has logged in on this line. */
export function requester(connection: Connection): Companion {
  if (!connection.companion) throw new Error('IQ before login')
  return connection.companion
}

/**
 * Where a process may be made to die, for tests of crashes. Of a pair, `before` is reached when nothing of the step has
 * happened and `after` when it is done and nobody was told.
 */
export const FAILPOINTS = [
  /** The commit that accepts a message. */
  'accept.before',
  'accept.after',
  /** Storing the final bytes of a message that had to be prepared. */
  'prepare.before',
  'prepare.after',
  /** The commit of a ratchet; `ratchet.committed` is at the same time before the write to the socket. */
  'ratchet.before',
  'ratchet.committed',
  'stanza.written',
  /** The server's ack has come; `stanza.told` when it is understood. */
  'stanza.acked',
  'stanza.told',
  /** The commit of a message's status. */
  'status.before',
  'status.after',
  /** The call of a webhook. */
  'post.before',
  'post.after',
  /** The commit that marks a delivery. */
  'mark.before',
  'mark.after',
  /** A plaintext is in memory, nothing on disk; then plaintext and ratchet on disk, and no receipt sent. */
  'inbound.decrypted',
  'inbound.journalled',
  /** The commit of a received message with its event and deliveries. */
  'inbound.before',
  'inbound.after',
] as const

export type FailpointName = (typeof FAILPOINTS)[number]

/** Awaited at each failpoint that is reached. */
export type Failpoint = (name: FailpointName) => void | Promise<void>

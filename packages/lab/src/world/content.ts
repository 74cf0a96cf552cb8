import type { proto } from 'baileys'
import type { Group, KnownMessage, User } from './model.ts'
import type { ShownContent } from './rows.ts'

export type { ShownContent } from './rows.ts'

/** A message ready to be encrypted. `type` and `mediatype` are the stanza's attributes. */
export interface ComposedMessage {
  message: proto.IMessage
  type: string
  mediatype?: string
  edit?: string
}

export interface ComposeContext {
  sender: User
  /** The person or group the message goes to. */
  chat: User | Group
  /** Address of the chat, as message keys carry it. */
  chatJid: string
  /** When it is sent, in milliseconds since 1970. */
  now: number
  /** A message the sender's phone has sent or been shown, for quotes, reactions, edits and revokes. */
  known(id: string): KnownMessage | undefined
  /** Stores encrypted media and answers where it is served: a path and the full URL. */
  putMedia(encrypted: Buffer): { path: string; url: string }
}

export interface DescribeContext {
  /** The encrypted bytes served at a path of the media server. */
  getMedia(path: string): Buffer | undefined
}

/** What messages are made of and look like: the world moves them and knows nothing of their kinds. */
export interface Content {
  /** Throws `BadRequest` for a request it does not understand. */
  compose(request: Record<string, unknown>, context: ComposeContext): Promise<ComposedMessage>
  describe(message: proto.IMessage, context: DescribeContext): Promise<ShownContent>
}

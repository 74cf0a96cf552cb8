import type { BinaryNode, WASocket } from 'baileys'
import type { Clock } from '../../core/clock.ts'
import { type Jid, parseJid } from '../../core/jid.ts'
import type { ChatActions, MessageRef, Presence, TypingState } from '../port.ts'
import { type ActionsContext, query } from './asking.ts'

/** How long the account counts as in use after it typed or asked for somebody: typing is shown of such alone. */
const ONLINE_MS = 20_000
/** How long the server may take to tell of somebody's presence. */
const PRESENCE_MS = 3_000

export interface ChatActionsContext extends ActionsContext {
  clock: Clock
  /** The same person's other address where it is known. */
  lookUp(jid: Jid): Promise<Jid | null>
}

/** Reading, typing and presence. While the account is in use here, its phone shows no notifications: so not for long. */
export class BaileysChatActions implements ChatActions {
  readonly #context: ChatActionsContext
  #offline = new AbortController()

  constructor(context: ChatActionsContext) {
    this.#context = context
  }

  async markRead(chat: Jid, messages: readonly MessageRef[]): Promise<void> {
    const keys = messages.map(({ waId, participant }) => ({
      ...{ remoteJid: chat, id: waId, fromMe: false },
      ...(participant ? { participant } : {}),
    }))
    await this.#context.ask(this.#context.sock().readMessages(keys))
  }

  async setTyping(chat: Jid, state: TypingState): Promise<void> {
    const sock = this.#context.sock()
    if (state !== 'paused') await this.#comeOnline(sock)
    await this.#context.ask(sock.sendPresenceUpdate(state, chat))
    if (state === 'paused') await this.#goOffline(sock)
  }

  async rejectCall(id: string, from: Jid): Promise<void> {
    await query(this.#context, (sock) => sock.rejectCall(id, from))
  }

  async presence(person: Jid): Promise<Presence> {
    const { lookUp, clock, ask } = this.#context
    const sock = this.#context.sock()
    const names = [person, await lookUp(person)]
    const over = new AbortController()
    const told = new Promise<Presence>((resolve) => {
      const listen = ({ attrs }: BinaryNode) => {
        if (names.includes(parseJid(attrs.from ?? '') ?? null)) resolve(presenceOf(attrs))
      }
      sock.ws.on('CB:presence', listen)
      over.signal.addEventListener('abort', () => sock.ws.off('CB:presence', listen), { once: true })
    })
    const silence = clock.sleep(PRESENCE_MS, over.signal).then((): Presence => ({ state: 'unknown', lastSeen: null }))
    try {
      await this.#comeOnline(sock)
      await ask(sock.presenceSubscribe(person))
      return await ask(Promise.race([told, silence]))
    } finally {
      over.abort()
    }
  }

  async #comeOnline(sock: WASocket): Promise<void> {
    this.#offline.abort()
    const offline = new AbortController()
    this.#offline = offline
    await this.#context.ask(sock.sendPresenceUpdate('available'))
    void this.#context.clock.sleep(ONLINE_MS, offline.signal).then(() => {
      if (!offline.signal.aborted) void this.#goOffline(sock).catch(() => {})
    })
  }

  async #goOffline(sock: WASocket): Promise<void> {
    this.#offline.abort()
    await this.#context.ask(sock.sendPresenceUpdate('unavailable'))
  }

  /** The connection has ended. */
  end(): void {
    this.#offline.abort()
  }
}

function presenceOf({ type, last }: BinaryNode['attrs']): Presence {
  const seconds = Number(last)
  return {
    state: type === 'unavailable' ? 'unavailable' : 'available',
    lastSeen: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
  }
}

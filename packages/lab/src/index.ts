import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { compose } from './content/compose.ts'
import { describe } from './content/describe.ts'
import { controlServer } from './control/server.ts'
import { loadState, saveState } from './data-directory.ts'
import { type MediaServer, type MediaServerOptions, startMediaServer } from './media/server.ts'
import { Connection, type StanzaHandlers } from './server/connection.ts'
import { MEDIA_AUTH, type ServerState } from './server/context.ts'
import { dispatch } from './server/dispatch.ts'
import { login } from './server/login.ts'
import { noiseAuthority } from './wire/authority.ts'
import type { BinaryNode } from './wire/node.ts'
import { type Clock, systemClock } from './world/clock.ts'
import { restoreSnapshot } from './world/snapshot.ts'
import { World } from './world/world.ts'

export interface LabOptions {
  /** Port of the control API and of the WebSocket, on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number
  /** Equal seeds give equal keys, LIDs and ids. That of the kept state, else "1", by default. */
  seed?: string
  /** A directory from which the state is taken up, and where it is left at `close`. */
  data?: string
  /** False: messages are acknowledged and delivery is confirmed, nothing is decrypted or shown. True by default. */
  decrypt?: boolean
  clock?: Clock
  /** Sees every stanza a client sends before the lab deals with it; `phone` is absent before the login. */
  observe?: (stanza: BinaryNode, phone: string | undefined) => void
}

/** A running lab. */
export interface Lab {
  /** The control API. */
  readonly url: string
  /** What a client dials instead of WhatsApp. */
  readonly ws: string
  /** The Noise root key a client must trust, hexadecimal. */
  readonly rootKey: string
  /** The authority of the media server's certificate, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string
  /** The simulated network itself, for tests in the same process. */
  readonly world: World
  /** Kinds of IQ a client asked and the lab does not know. */
  readonly unknownIqs: readonly string[]
  /** Cuts all lines and stops listening. */
  close(): Promise<void>
}

/** Starts a lab in this process. Rejects where the port is taken. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const kept = options.data === undefined ? undefined : await loadState(options.data)
  const clock = options.clock ?? systemClock
  const fault: MediaFault = ({ auth }) => {
    const struck = world.faults.strike('media-error', auth?.replace(MEDIA_AUTH, '') ?? '')
    return struck && { status: struck.code ?? 500 }
  }
  const media = await startMedia(kept?.mediaHost, fault)
  const { seed = kept?.seed ?? '1', decrypt = true } = options
  const world: World = new World({ seed, clock, decrypt, content: { compose, describe }, media })
  const state: ServerState = {
    world,
    authority: noiseAuthority(),
    connections: new Set(),
    pairingRefs: new Map(),
    linkCodes: new Map(),
    unknownIqs: [],
  }
  const control = controlServer(state)
  const sockets = new WebSocketServer({ server: control.server, perMessageDeflate: false })
  const handlers: StanzaHandlers = {
    login,
    stanza(client, stanza) {
      options.observe?.(stanza, client.companion?.user.phone)
      return dispatch(client, stanza)
    },
  }
  sockets.on('connection', (socket) => state.connections.add(new Connection(state, socket, handlers)))
  try {
    if (kept) restoreSnapshot(world, kept)
    await control.listen({ port: options.port ?? 0, host: '127.0.0.1' })
  } catch (error) {
    await media.close()
    throw error
  }
  const { port } = control.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}/ws/chat`,
    rootKey: state.authority.rootKey.toString('hex'),
    caFile: media.caFile,
    world,
    unknownIqs: state.unknownIqs,
    async close() {
      for (const connection of [...state.connections]) connection.cut()
      sockets.close()
      await control.close()
      await world.idle()
      if (options.data !== undefined) await saveState(options.data, world)
      await media.close()
    },
  }
}

type MediaFault = NonNullable<MediaServerOptions['fault']>

/** Messages that wait name the address of their files, so it stays the same where that port is free. */
async function startMedia(keptHost: string | undefined, fault: MediaFault): Promise<MediaServer> {
  const port = Number(keptHost?.split(':')[1] ?? 0)
  if (port === 0) return startMediaServer({ fault })
  return startMediaServer({ fault, port }).catch(() => startMediaServer({ fault }))
}

import type { Readable } from 'node:stream'
import type { SessionUid } from '../core/ids.ts'
import type { RemoteMedia } from '../core/media.ts'
import type { Engine } from '../engine/port.ts'
import type { SessionStore } from './ports.ts'

/** Received files, fetched the way that the session which received them goes. */
export class SessionFiles {
  readonly #engine: Pick<Engine, 'download'>
  readonly #store: Pick<SessionStore, 'getSessionByUid'>

  constructor(engine: Pick<Engine, 'download'>, store: Pick<SessionStore, 'getSessionByUid'>) {
    this.#engine = engine
    this.#store = store
  }

  /** Rejects, or ends the stream, with `DownloadFailed`. */
  async download(remote: RemoteMedia, session: SessionUid | null): Promise<Readable> {
    const proxy = session === null ? undefined : (await this.#store.getSessionByUid(session))?.settings.proxy
    return this.#engine.download(remote, proxy === undefined ? {} : { proxy })
  }
}

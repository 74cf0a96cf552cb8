import type { SessionUid } from '../core/ids.ts'
import type { AccountIdentity, Engine } from './port.ts'

/** What only some engines can do. */

/** Takes over an account that another program of the same library has paired. */
export interface ImportsCredentials {
  /**
   * Stores the credentials and keys that `files` hold (name to parsed JSON) as the session's, in place of what it has.
   * Rejects with `invalid_request` where they are no paired account's; nothing is stored then.
   */
  importCredentials(session: SessionUid, files: ReadonlyMap<string, unknown>): Promise<AccountIdentity>
}

export function importsCredentials(engine: Engine): engine is Engine & ImportsCredentials {
  return 'importCredentials' in engine
}

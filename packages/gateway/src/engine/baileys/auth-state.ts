import { type AuthenticationCreds, BufferJSON, initAuthCreds, jidDecode } from 'baileys'
import type { Logger } from 'pino'
import type { SessionUid } from '../../core/ids.ts'
import { parseJid } from '../../core/jid.ts'
import type { AccountIdentity } from '../port.ts'
import type { AuthStore } from './auth-port.ts'

/** Whether a phone has accepted these credentials: only then there is a signed device identity. */
export function isPairedCreds(creds: AuthenticationCreds): boolean {
  return creds.account !== undefined && creds.me !== undefined
}

/**
 * The credentials as JSON. Asking for a pairing code makes Baileys write down an account before any phone has agreed,
 * and the next connection would log in as that and be refused (trap T27): until paired none of it is kept.
 */
export function encodeCreds(creds: AuthenticationCreds): string {
  const kept = isPairedCreds(creds) ? creds : unpaired(creds)
  return JSON.stringify(kept, BufferJSON.replacer)
}

export function decodeCreds(json: string): AuthenticationCreds {
  const creds: AuthenticationCreds = JSON.parse(json, BufferJSON.reviver)
  return isPairedCreds(creds) ? creds : unpaired(creds)
}

function unpaired(creds: AuthenticationCreds): AuthenticationCreds {
  const { me: _me, ...rest } = creds
  return { ...rest, registered: false, pairingCode: undefined }
}

/** Who the credentials stand for; undefined while unpaired. */
export function identityOf(creds: AuthenticationCreds): AccountIdentity | undefined {
  const phone = isPairedCreds(creds) ? jidDecode(creds.me?.id)?.user : undefined
  if (!phone) return undefined
  return { phone, lid: parseJid(creds.me?.lid ?? '') ?? null, pushName: creds.me?.name ?? null }
}

const SAVE_AGAIN_AFTER_MS = 1000

/** The credentials of one connection: loaded once, saved at each change as long as the connection lives. */
export class Credentials {
  readonly creds: AuthenticationCreds
  readonly #store: AuthStore
  readonly #session: SessionUid
  readonly #logger: Logger
  #saving: Promise<void> = Promise.resolve()
  #frozen = false

  static async load(store: AuthStore, session: SessionUid, logger: Logger): Promise<Credentials> {
    const json = await store.loadCreds(session)
    return new Credentials(json === undefined ? initAuthCreds() : decodeCreds(json), { store, session, logger })
  }

  constructor(creds: AuthenticationCreds, to: { store: AuthStore; session: SessionUid; logger: Logger }) {
    this.creds = creds
    this.#store = to.store
    this.#session = to.session
    this.#logger = to.logger
  }

  /**
   * Hands the present state to the store at once, without waiting for the save before it: new prekeys are written and
   * uploaded right after Baileys announces their numbers, and the numbers must not reach the disk later than the keys.
   */
  save(): void {
    if (this.#frozen) return
    this.#saving = this.#store.saveCreds(this.#session, encodeCreds(this.creds)).catch((error: unknown) => {
      this.#logger.error({ err: error }, 'The credentials could not be saved; trying again')
      setTimeout(() => this.save(), SAVE_AGAIN_AFTER_MS).unref()
    })
  }

  /** When the last save has ended. */
  saved(): Promise<void> {
    return this.#saving
  }

  /** Nothing is saved any more: a later connection owns the credentials. */
  freeze(): void {
    this.#frozen = true
  }
}

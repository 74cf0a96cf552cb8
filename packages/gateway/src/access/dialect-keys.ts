import { randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { newId, type SessionUid, type TenantId } from '../core/ids.ts'
import { formatKey, hashSecret, newSecret, parseKey, secretMatches } from './key-format.ts'
import type { AccessStore, KeyRecord } from './ports.ts'
import { seal, unseal } from './seal.ts'
import type {
  Caller,
  CreateDialectKey,
  DialectCredential,
  DialectKeys,
  SessionCredential,
  ShownCredential,
} from './verbs.ts'

export interface DialectCredentialsOptions {
  store: AccessStore
  /** Which keys each dialect has. */
  dialects: ReadonlyMap<string, DialectKeys>
  clock: Clock
}

interface BoundSession {
  uid: SessionUid
  id: string
}

/** What a dialect's key may do in its dialect. */
const SCOPES: KeyRecord['scopes'] = ['manage', 'send', 'read']
/** Compared with when nothing is known by the name, so that it takes as long as a wrong secret. */
const NO_HASH = hashSecret('')
const TOKEN_LENGTH = 42
const TOKEN_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The credentials that dialects take, in the forms that their documents show. */
export class DialectCredentials {
  readonly #store: AccessStore
  readonly #dialects: ReadonlyMap<string, DialectKeys>
  readonly #clock: Clock

  constructor({ store, dialects, clock }: DialectCredentialsOptions) {
    this.#store = store
    this.#dialects = dialects
    this.#clock = clock
  }

  async create(
    input: CreateDialectKey,
    session: BoundSession | null,
  ): Promise<{ record: KeyRecord; shown: ShownCredential }> {
    const form = this.#formOf(input)
    const id = newId('key')
    const hasAlias = form === 'client' || form === 'pair'
    const secret = form === 'pair' ? hexGroups() : newSecret()
    const alias = form === 'pair' ? await this.#botId(input, session) : hasAlias ? id.slice('key_'.length) : null
    const record: KeyRecord = {
      id,
      tenant: input.tenant,
      name: input.name,
      secretHash: hashSecret(secret),
      scopes: SCOPES,
      sessionUid: session?.uid ?? null,
      session: session?.id ?? null,
      dialect: input.dialect,
      alias,
      sealed: form === 'pair' ? seal(secret) : null,
      createdAt: this.#clock.now(),
    }
    await this.#store.createKey(record)
    if (form === 'client' || form === 'pair') return { record, shown: { form, id: alias ?? id, secret } }
    return { record, shown: { form: form === 'token' ? 'token' : 'key', key: formatKey(id, secret) } }
  }

  async authenticate(dialect: string, credential: DialectCredential): Promise<Caller | undefined> {
    const record = await this.#find(dialect, credential)
    return record && record.dialect === dialect ? callerOf(record) : undefined
  }

  async issueToken(
    dialect: string,
    client: { id: string; secret: string },
    ttlMs: number,
  ): Promise<string | undefined> {
    const caller = await this.authenticate(dialect, { kind: 'client', ...client })
    if (!caller) return undefined
    const token = Array.from({ length: TOKEN_LENGTH }, () => TOKEN_LETTERS[randomInt(TOKEN_LETTERS.length)]).join('')
    await this.#store.saveToken({
      hash: hashSecret(token),
      key: caller.keyId,
      expiresAt: this.#clock.now() + ttlMs,
    })
    return token
  }

  async bind(caller: Caller, session: BoundSession): Promise<Caller> {
    const record = await this.#store.bindKey(caller.keyId, session)
    if (!record) throw new KurirError('unauthorized')
    return callerOf(record)
  }

  async ofSessions(tenant: TenantId, dialect: string): Promise<SessionCredential[]> {
    const records = await this.#store.listDialectKeys(tenant, dialect)
    return records.flatMap(({ session, alias, sealed, createdAt }) =>
      session && alias && sealed ? [{ session, id: alias, secret: unseal(sealed), createdAt }] : [],
    )
  }

  async #find(dialect: string, credential: DialectCredential): Promise<KeyRecord | undefined> {
    switch (credential.kind) {
      case 'token':
        return this.#store.getTokenKey(hashSecret(credential.text), this.#clock.now())
      case 'key': {
        const parsed = parseKey(credential.text)
        const record = parsed && (await this.#store.getKey(parsed.id))
        return firstMatch(record ? [record] : [], parsed?.secret ?? '')
      }
      case 'client':
      case 'pair':
        return firstMatch(await this.#store.findDialectKeys(dialect, credential.id), credential.secret)
      default:
        return credential satisfies never
    }
  }

  #formOf({ dialect, session }: CreateDialectKey) {
    const keys = this.#dialects.get(dialect)
    const known = [...this.#dialects.keys()].join(', ') || 'none'
    if (!keys) throw new KurirError('invalid_request', `There is no dialect "${dialect}"; those here are: ${known}`)
    const form = session === undefined ? keys.tenant : keys.session
    if (form) return form
    const needed = session === undefined ? 'needs a session' : 'stands for the whole tenant and takes no session'
    throw new KurirError('invalid_request', `A key of the dialect "${dialect}" ${needed}`)
  }

  /** A session is known by one id, however many access tokens it has. */
  async #botId({ tenant, dialect }: CreateDialectKey, session: BoundSession | null): Promise<string> {
    const records = await this.#store.listDialectKeys(tenant, dialect)
    return records.find(({ sessionUid, alias }) => alias && sessionUid === session?.uid)?.alias ?? hexGroups()
  }
}

/** The record whose secret this is. Always compares once, so that an unknown name takes no less time. */
function firstMatch(records: KeyRecord[], secret: string): KeyRecord | undefined {
  if (records.length === 0) secretMatches(secret, NO_HASH)
  return records.find(({ secretHash }) => secretMatches(secret, secretHash))
}

function callerOf({ tenant, id, scopes, session }: KeyRecord): Caller {
  return { tenant, keyId: id, scopes, session }
}

/** Five groups of four hex digits, 80 random bits. */
function hexGroups(): string {
  return randomBytes(10).toString('hex').match(/.{4}/g)?.join('-') ?? ''
}

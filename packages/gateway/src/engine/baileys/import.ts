import { type AuthenticationCreds, BufferJSON } from 'baileys'
import { KurirError } from '../../core/errors.ts'
import type { SessionUid } from '../../core/ids.ts'
import type { AccountIdentity } from '../port.ts'
import type { AuthStore, KeyWrite } from './auth-port.ts'
import { encodeCreds, identityOf, isPairedCreds } from './auth-state.ts'
import { encodeKey, type KeyType } from './key-codec.ts'

const CREDS = 'creds.json'

/** Kinds of keys by the beginning of a file's name; a longer name stands before one that it begins with. */
const KINDS: readonly KeyType[] = [
  'app-state-sync-version',
  'app-state-sync-key',
  'sender-key-memory',
  'sender-key',
  'device-list',
  'lid-mapping',
  'identity-key',
  'pre-key',
  'tctoken',
  'session',
]

/** Keys that one transaction writes. */
const BATCH = 500

/**
 * Takes over a folder as Baileys' `useMultiFileAuthState` leaves it: `creds.json` and a file for each key, named by its
 * kind and id. Files of other names are left out; bots keep all sorts of things there.
 */
export async function importFiles(
  auth: AuthStore,
  session: SessionUid,
  files: ReadonlyMap<string, unknown>,
): Promise<AccountIdentity> {
  const creds = readCreds(files.get(CREDS))
  const identity = identityOf(creds)
  if (!identity) throw invalid('it does not say which account it is of')
  const keys = [...files].flatMap(([name, value]) => keyOf(name, value) ?? [])
  await auth.wipe(session)
  for (let at = 0; at < keys.length; at += BATCH) {
    await auth.commit(session, { keys: keys.slice(at, at + BATCH), journal: [] })
  }
  // Last: a session without credentials is simply not paired yet.
  await auth.saveCreds(session, encodeCreds(creds))
  return identity
}

function readCreds(value: unknown): AuthenticationCreds {
  if (value === undefined) throw invalid('is missing')
  const creds = revive(value) as Partial<AuthenticationCreds> | null
  const isWhole =
    typeof creds === 'object' &&
    isPair(creds?.noiseKey) &&
    isPair(creds?.signedIdentityKey) &&
    isPair(creds?.signedPreKey?.keyPair) &&
    typeof creds?.registrationId === 'number' &&
    typeof creds?.advSecretKey === 'string'
  if (!creds || !isWhole) throw invalid('is not what Baileys writes')
  if (!isPairedCreds(creds as AuthenticationCreds)) throw invalid('is of an account that no phone has linked yet')
  return creds as AuthenticationCreds
}

function isPair(pair: { private?: unknown; public?: unknown } | undefined): boolean {
  return pair?.private instanceof Uint8Array && pair.public instanceof Uint8Array
}

/** What a file holds, undefined where it is no key. */
function keyOf(name: string, value: unknown): KeyWrite | undefined {
  const kind = KINDS.find((one) => name.startsWith(`${one}-`) && name.endsWith('.json'))
  if (!kind || value === null || value === undefined) return undefined
  const id = unescaped(kind, name.slice(kind.length + 1, -'.json'.length))
  try {
    return { type: kind, id, value: encodeKey(kind, revive(value)) }
  } catch (cause) {
    throw new KurirError('invalid_request', `${name} cannot be read`, { cause })
  }
}

/** File names have `__` for `/` and `-` for `:`; which were which follows from what the ids of a kind are made of. */
function unescaped(kind: KeyType, id: string): string {
  if (kind === 'sender-key') return id.replaceAll('--', '::')
  return kind === 'app-state-sync-key' ? id.replaceAll('__', '/') : id
}

function revive(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), BufferJSON.reviver)
}

function invalid(what: string): KurirError {
  return new KurirError('invalid_request', `${CREDS} ${what}`, {
    fields: [{ field: `/files/${CREDS}`, message: what }],
  })
}

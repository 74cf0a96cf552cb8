import { createHash } from 'node:crypto'
import type { Caller, SessionCredential } from '../../access/verbs.ts'
import { KurirError } from '../../core/errors.ts'
import type { TenantId } from '../../core/ids.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Gateway } from '../../gateway.ts'
import type { DialectCall } from '../dialect.ts'
import { badRequest } from './errors.ts'

/** This dialect's name, as its keys and webhooks carry it. */
export const BOTS = 'bots'

/** A session as this dialect knows it. */
export interface Bot {
  session: SessionRecord
  /** `session_id`: five groups of four hex digits. */
  sessionId: string
}

/** A bot with what opens it. */
export interface OpenBot extends Bot {
  accessToken: string
}

/** An id in the document's form, 24 hex digits. One thing has one id. */
export function documentId(of: string): string {
  return createHash('sha256').update(of).digest('hex').slice(0, 24)
}

/** The bot's `_id`. */
export function botDocumentId({ session }: Pick<Bot, 'session'>): string {
  return documentId(session.uid)
}

/**
 * The bot that a request names; the tenant's only one where it names none. Rejects with `unauthorized` for a wrong
 * access token, `forbidden` for another's bot, `session_not_found`, and `invalid_request` where several may be meant.
 */
export async function namedBot(call: DialectCall, gateway: Gateway): Promise<Bot> {
  const { tenant, session: own } = call.caller
  const id = call.fields.word('session_id')
  const secret = call.fields.word('access_token')
  if (id !== undefined && secret !== undefined) {
    const session = await openedSession(call.caller, gateway, { id, secret })
    return { session: await gateway.sessions.get(tenant, session), sessionId: id }
  }
  const bots = (await credentials(gateway, tenant)).filter(({ session }) => own === null || session === own)
  return load(gateway, tenant, id === undefined ? onlyOne(bots) : (bots.find((bot) => bot.id === id) ?? notThere()))
}

/** The session that the pair opens, where that is the caller's to use. */
async function openedSession(caller: Caller, gateway: Gateway, pair: { id: string; secret: string }): Promise<string> {
  const owner = await gateway.access.authenticateDialect(BOTS, { kind: 'pair', ...pair })
  if (!owner?.session) throw new KurirError('unauthorized')
  const isOther = owner.tenant !== caller.tenant || (caller.session !== null && caller.session !== owner.session)
  if (isOther) throw new KurirError('forbidden', 'The bot belongs to another account')
  return owner.session
}

/** The bot of this `_id`. Rejects with `session_not_found`. */
export async function botByDocumentId(call: DialectCall, gateway: Gateway): Promise<Bot> {
  const id = call.params.text('_id')
  const all = await allBots(gateway, call.caller.tenant)
  return all.find((bot) => botDocumentId(bot) === id) ?? notThere()
}

/** Every bot of the tenant, oldest first. */
export async function allBots(gateway: Gateway, tenant: TenantId): Promise<OpenBot[]> {
  const bots: OpenBot[] = []
  for (const credential of await credentials(gateway, tenant)) {
    // One that is deleted meanwhile is none.
    const bot = await load(gateway, tenant, credential).catch((error: unknown) => {
      if (error instanceof KurirError && error.code === 'session_not_found') return undefined
      throw error
    })
    if (bot) bots.push(bot)
  }
  return bots
}

/** One credential of each bot: the oldest. */
async function credentials(gateway: Gateway, tenant: TenantId): Promise<SessionCredential[]> {
  const all = await gateway.access.sessionCredentials(tenant, BOTS)
  return [...new Map(all.toReversed().map((credential) => [credential.session, credential])).values()].toReversed()
}

async function load(gateway: Gateway, tenant: TenantId, { session, id, secret }: SessionCredential): Promise<OpenBot> {
  return { session: await gateway.sessions.get(tenant, session), sessionId: id, accessToken: secret }
}

function onlyOne(bots: readonly SessionCredential[]): SessionCredential {
  if (bots.length > 1) throw badRequest('Several bots are here: name one by session_id and access_token')
  return bots[0] ?? notThere()
}

function notThere(): never {
  throw new KurirError('session_not_found', 'WhatsApp instance not found')
}

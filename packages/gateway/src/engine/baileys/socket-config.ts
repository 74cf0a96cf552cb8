import { type CacheStore, type proto, proto as schema, type UserFacingSocketConfig } from 'baileys'
import type { SessionUid } from '../../core/ids.ts'
import type { AuthStore } from './auth-port.ts'
import type { Credentials } from './auth-state.ts'
import type { baileysLog } from './baileys-log.ts'
import type { Groups } from './groups.ts'
import type { NetworkConfig } from './network.ts'
import type { Timeouts } from './options.ts'
import type { RepositoryContext } from './repository-context.ts'
import type { SessionState } from './session-state.ts'
import { CrashSafeRepository } from './signal-repository.ts'

export interface SocketParts {
  session: SessionUid
  auth: AuthStore
  credentials: Credentials
  state: SessionState
  repository: RepositoryContext
  groups: Groups
  network: NetworkConfig
  log: ReturnType<typeof baileysLog>
  timeouts: Timeouts
  browser: [string, string, string]
  /** How often a message was asked for again. */
  retries: CacheStore
}

/** Baileys' configuration for one connection. */
export function socketConfig(parts: SocketParts): UserFacingSocketConfig {
  const { session, auth, credentials, state, groups, network, log, timeouts, browser, retries } = parts
  return {
    ...network,
    auth: { creds: credentials.creds, keys: state.keys },
    logger: log,
    browser,
    makeSignalRepository: ({ creds }, logger, lookUp) =>
      new CrashSafeRepository(parts.repository, creds, logger, lookUp),
    // Stays `unavailable`: the person's phone keeps ringing, and delivery receipts say `inactive`, which shows the
    // sender two ticks all the same.
    markOnlineOnConnect: false,
    // Our own sends would come back as messages, with receipts merged into them (trap T4).
    emitOwnEvents: false,
    // No history: waiting for it would hold back messages for 20 s (trap T20).
    shouldSyncHistoryMessage: () => false,
    syncFullHistory: false,
    // The engine has its own deadline for the handshake, and `ws` fails a write whose socket is gone. With a limit here
    // Baileys takes an error's stack trace for each stanza, a sixth of its time.
    connectTimeoutMs: 0,
    // The engine's own limit is the shorter one (`failUnanswered`).
    defaultQueryTimeoutMs: timeouts.query + 1_000,
    keepAliveIntervalMs: timeouts.keepAlive,
    ...(timeouts.qr === undefined ? {} : { qrTimeout: timeouts.qr }),
    transactionOpts: { maxCommitRetries: 3, delayBetweenTriesMs: 200 },
    userDevicesCache: state.devices,
    // A device may ask five times for a message; Baileys counts each answer twice.
    maxMsgRetryCount: 10,
    msgRetryCounterCache: retries,
    // The engine asks the phone itself (`ResendRequests`): Baileys believes that it has been asked already.
    placeholderResendCache: { get: asked, set: () => {}, del: () => {}, flushAll: () => {} },
    cachedGroupMetadata: (group) => groups.metadata(group),
    getMessage: ({ id }) => sentMessage(auth, session, id),
  }
}

/** Baileys' type wants whatever the caller expects; it asks for nothing but whether there is something. */
function asked<T>(): T {
  return true as T
}

/** What we sent under this id, for a recipient who could not read it; undefined on a miss, never an empty message. */
async function sentMessage(auth: AuthStore, session: SessionUid, id: unknown): Promise<proto.IMessage | undefined> {
  const bytes = typeof id === 'string' ? await auth.findSentProto(session, id) : undefined
  return bytes && schema.Message.decode(bytes)
}

import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { Keyring } from '../sealing/keyring.ts'
import { Sealer } from '../sealing/sealer.ts'
import type { Store } from '../store.ts'
import { SqlAccessStore } from './access-store.ts'
import { SqlAuthStore } from './auth-store.ts'
import { AutomationLog } from './automation-log.ts'
import { SqlAutomationStore } from './automation-store.ts'
import { SqlChatStore } from './chat-store.ts'
import { LoadedDataKeys } from './data-keys.ts'
import type { Driver } from './driver.ts'
import { rotateMasterKey, turnOn } from './encryption.ts'
import { EventLog } from './event-log.ts'
import { CommitBell, SqlEventStore } from './event-store.ts'
import { GroupCommit, type Transactions } from './group-commit.ts'
import { SqlItemStore } from './item-store.ts'
import { Janitor } from './janitor.ts'
import { ReceivedBell, SqlMediaStore } from './media-store.ts'
import { SqlMessageStore } from './message-store.ts'
import { SqlPersonStore } from './person-store.ts'
import { SqlSessionStore } from './session-store.ts'
import { StatsReader } from './stats.ts'
import { AnswerTable } from './tables/answer.ts'
import { ApiKeyTable } from './tables/api-key.ts'
import { AutomationJobTable } from './tables/automation-job.ts'
import { AutomationRuleTable } from './tables/automation-rule.ts'
import { AutomationSettingTable } from './tables/automation-setting.ts'
import { ChatTable } from './tables/chat.ts'
import { ContactTable } from './tables/contact.ts'
import { CredentialTable } from './tables/credential.ts'
import { DataKeyTable } from './tables/data-key.ts'
import { DeliveryTable } from './tables/delivery.ts'
import { EndpointTable } from './tables/endpoint.ts'
import { EventTable } from './tables/event.ts'
import { FailedMessages } from './tables/failed-message.ts'
import { ItemTable } from './tables/item.ts'
import { JournalTable } from './tables/journal.ts'
import { MasterKeyTable } from './tables/master-key.ts'
import { MediaTable } from './tables/media.ts'
import { MessageTable } from './tables/message.ts'
import { ProbeTable } from './tables/probe.ts'
import { SessionTable } from './tables/session.ts'
import { SignalKeyTable } from './tables/signal-key.ts'
import { TenantTable } from './tables/tenant.ts'
import { TokenTable } from './tables/token.ts'
import { UsageTable } from './tables/usage.ts'
import { SqlWebhookStore } from './webhook-store.ts'

export interface Database {
  driver: Driver
  transactions: Transactions
  /** Takes what was plain before encryption out of free pages and logs. */
  compact(): Promise<void>
  /** Why nothing may be written although the last write went through; null while all is well. */
  fault(): string | null
  /** Called once, when nothing is written any more. */
  close(): Promise<void>
}

/** The store over a database that has its schema and belongs to this process. */
export async function assembleStore(
  database: Database,
  options: { clock: Clock; logger: Logger; keyring: Keyring | null },
): Promise<Store> {
  const { driver, transactions } = database
  const { clock, logger, keyring } = options
  const dataKeys = new LoadedDataKeys(new DataKeyTable(driver), () => clock.now())
  const sealer = new Sealer(keyring, dataKeys)
  const tables = openTables(driver, sealer)
  const probe = new ProbeTable(driver)
  const log = new EventLog(tables, clock)
  const bell = new CommitBell(logger)
  const received = new ReceivedBell()
  const jobBell = new ReceivedBell()
  const automation = new AutomationLog(openAutomationTables(driver), tables.sessions, jobBell)
  const refresh = async () => {
    sealer.forget()
    log.forgetEndpoints()
    automation.forget()
    await dataKeys.load()
  }
  const writer = new GroupCommit({
    transactions,
    logger,
    probe: () => probe.touch(clock.now()),
    onCommitted: (effects) => {
      bell.ring(effects)
      received.ring()
      jobBell.ring()
    },
    refresh,
  })
  await dataKeys.load()
  const encryption = await openEncryption({ writer, driver, clock, keyring, sealer, logger, compact: database.compact })
  const stats = new StatsReader(driver)
  const items = new ItemTable(driver)
  const janitor = new Janitor(writer, driver, { ...tables, items })
  return {
    sessions: new SqlSessionStore(writer, tables.sessions, log),
    messages: new SqlMessageStore(writer, tables, log, received, automation),
    chats: new SqlChatStore(writer, tables),
    persons: new SqlPersonStore(writer, driver, { ...tables, jobs: new AutomationJobTable(driver) }),
    webhooks: new SqlWebhookStore(writer, tables, log),
    automation: new SqlAutomationStore(writer, automation, tables.messages, jobBell),
    access: new SqlAccessStore(writer, tables, clock),
    items: new SqlItemStore(writer, items, tables.sessions),
    events: new SqlEventStore(writer, tables.events, bell),
    media: new SqlMediaStore(writer, tables.media, received),
    auth: new SqlAuthStore(writer, tables, clock),
    encryption,
    health: () => {
      const health = writer.health()
      const fault = database.fault()
      return health.ok && fault !== null ? { ok: false, error: fault } : health
    },
    stats: (afterRow) => writer.read(() => stats.read(afterRow)),
    prune: (now, days) => janitor.prune(now, days),
    close: once(async () => {
      await writer.close()
      await database.close()
    }),
  }
}

function openTables(driver: Driver, sealer: Sealer) {
  return {
    sessions: new SessionTable(driver, sealer),
    messages: new MessageTable(driver, sealer),
    failed: new FailedMessages(driver),
    chats: new ChatTable(driver),
    contacts: new ContactTable(driver),
    events: new EventTable(driver),
    endpoints: new EndpointTable(driver, sealer),
    deliveries: new DeliveryTable(driver),
    tenants: new TenantTable(driver),
    apiKeys: new ApiKeyTable(driver, sealer),
    answers: new AnswerTable(driver),
    tokens: new TokenTable(driver),
    usage: new UsageTable(driver),
    credentials: new CredentialTable(driver, sealer),
    keys: new SignalKeyTable(driver, sealer),
    journal: new JournalTable(driver, sealer),
    media: new MediaTable(driver, sealer),
  }
}

function openAutomationTables(driver: Driver) {
  return {
    rules: new AutomationRuleTable(driver),
    settings: new AutomationSettingTable(driver),
    jobs: new AutomationJobTable(driver),
  }
}

interface EncryptionOptions {
  writer: GroupCommit
  driver: Driver
  clock: Clock
  keyring: Keyring | null
  sealer: Sealer
  logger: Logger
  compact: () => Promise<void>
}

async function openEncryption(options: EncryptionOptions): Promise<Store['encryption']> {
  const { writer, driver, clock, keyring, sealer, logger, compact } = options
  if (!keyring) return { isOn: false, rotate: async () => 0, masterKey: () => '' }
  const tables = { dataKeys: new DataKeyTable(driver), masterKey: new MasterKeyTable(driver) }
  const parts = { writer, driver, tables, keyring, sealer, now: () => clock.now() }
  await turnOn(parts, compact, logger)
  return { isOn: true, rotate: () => rotateMasterKey(parts), masterKey: () => keyring.current }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

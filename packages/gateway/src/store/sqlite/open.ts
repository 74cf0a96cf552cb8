import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import type { Migration } from '../migrations/migration.ts'
import { Keyring, type MasterKeySource } from '../sealing/keyring.ts'
import { Sealer } from '../sealing/sealer.ts'
import type { Store } from '../store.ts'
import { SqliteAccessStore } from './access-store.ts'
import { SqliteAuthStore } from './auth-store.ts'
import { AutomationLog } from './automation-log.ts'
import { SqliteAutomationStore } from './automation-store.ts'
import { SqliteChatStore } from './chat-store.ts'
import { lockDirectory, prepareDirectory, prepareFile } from './directory.ts'
import { type Driver, openDriver } from './driver.ts'
import { checkMasterKey, rotateMasterKey, turnOn } from './encryption.ts'
import { EventLog } from './event-log.ts'
import { CommitBell, SqliteEventStore } from './event-store.ts'
import { GroupCommit } from './group-commit.ts'
import { SqliteItemStore } from './item-store.ts'
import { prune } from './janitor.ts'
import { ReceivedBell, SqliteMediaStore } from './media-store.ts'
import { SqliteMessageStore } from './message-store.ts'
import { migrate, refuseNewerStore } from './migrate.ts'
import { refuseMovedStore } from './moved.ts'
import { SqliteSessionStore } from './session-store.ts'
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
import { SqliteWebhookStore } from './webhook-store.ts'

export interface SqliteOptions {
  /** Made where absent; this process alone may use it until `close()`. */
  dataDir: string
  clock: Clock
  logger: Logger
  /** Secrets are encrypted under it; null or absent: they are stored as they are. */
  masterKey?: MasterKeySource | null
  /** Steps of the schema; the default is all that this binary knows. */
  migrations?: readonly Migration[]
}

export type SqliteStore = Store

/** The database's file in the data directory; SQLite adds `-wal` and `-shm`. */
export const DATABASE_FILE = 'kurir.db'

/** What every connection is set to. WAL and FULL: what was acknowledged survives a power cut. */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
`

/** How long a write waits for an operator's own `sqlite3` on the same file. */
const BUSY_MS = 5_000

/**
 * Opens the store, brings its schema up to date and locks the directory. Throws {@link DataDirectoryError} (in use, moved, or
 * on a network file system), {@link StoreTooNewError} and
 * {@link MasterKeyError}; their messages are for the operator.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { dataDir, clock, logger, migrations = MIGRATIONS } = options
  const keyring = options.masterKey ? new Keyring(options.masterKey) : null
  prepareDirectory(dataDir, logger)
  const lock = lockDirectory(dataDir, logger)
  let driver: Driver | undefined
  try {
    refuseMovedStore(dataDir)
    const file = join(dataDir, DATABASE_FILE)
    prepareFile(file, logger)
    driver = openDriver(file, { busyMs: BUSY_MS })
    refuseNewerStore(driver, migrations, file)
    checkMasterKey(driver, keyring)
    driver.exec(SETTINGS)
    assertSettings(driver)
    migrate(driver, migrations, clock.now())
    const sealer = new Sealer(keyring, new DataKeyTable(driver, () => clock.now()))
    if (keyring) turnOn(driver, keyring, sealer, clock.now(), logger)
    return assemble({ driver, clock, logger, lock, keyring, sealer })
  } catch (error) {
    driver?.close()
    lock.release()
    throw error
  }
}

/** A build or a file system that ignores a setting would lose acknowledged messages: better not to start. */
function assertSettings(driver: Driver): void {
  const wanted = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 }
  for (const [name, value] of Object.entries(wanted)) {
    const found = driver.prepare<[], Record<string, unknown>>(`PRAGMA ${name}`).get()?.[name]
    if (found !== value) throw new Error(`SQLite does not take PRAGMA ${name} = ${value}: it is ${String(found)}`)
  }
}

interface Parts {
  driver: Driver
  clock: Clock
  logger: Logger
  lock: { release(): void }
  keyring: Keyring | null
  sealer: Sealer
}

function assemble({ driver, clock, logger, lock, keyring, sealer }: Parts): SqliteStore {
  const tables = {
    sessions: new SessionTable(driver, sealer),
    messages: new MessageTable(driver, sealer),
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
  const probe = new ProbeTable(driver)
  const log = new EventLog(tables, clock)
  const bell = new CommitBell(logger)
  const received = new ReceivedBell()
  const { automation, jobBell } = openAutomation(driver, tables.sessions)
  const writer = new GroupCommit({
    driver,
    logger,
    probe: () => probe.touch(clock.now()),
    onCommitted: (effects) => {
      bell.ring(effects)
      received.ring()
      jobBell.ring()
    },
    onRolledBack: () => {
      sealer.forget()
      log.forgetEndpoints()
      automation.forget()
    },
  })
  const stats = new StatsReader(driver)
  let open = true
  return {
    sessions: new SqliteSessionStore(writer, tables.sessions, log),
    messages: new SqliteMessageStore(writer, tables, log, received, automation),
    chats: new SqliteChatStore(writer, tables),
    webhooks: new SqliteWebhookStore(writer, tables, log),
    automation: new SqliteAutomationStore(writer, automation, tables.messages, jobBell),
    access: new SqliteAccessStore(writer, tables, clock),
    items: new SqliteItemStore(writer, new ItemTable(driver), tables.sessions),
    events: new SqliteEventStore(writer, tables.events, bell),
    media: new SqliteMediaStore(writer, tables.media, received),
    auth: new SqliteAuthStore(writer, tables, clock),
    encryption: openEncryption({ writer, driver, clock, keyring, sealer }),
    health: () => writer.health(),
    stats: async (afterRow) => stats.read(afterRow),
    prune: (now) => prune(writer, tables, now),
    close: async () => {
      if (!open) return
      open = false
      writer.close()
      driver.close()
      lock.release()
    },
  }
}

function openEncryption(parts: Omit<Parts, 'lock' | 'logger'> & { writer: GroupCommit }): Store['encryption'] {
  const { writer, driver, clock, keyring, sealer } = parts
  const now = () => clock.now()
  const tables = { dataKeys: new DataKeyTable(driver, now), masterKey: new MasterKeyTable(driver) }
  return {
    isOn: keyring !== null,
    rotate: async () => (keyring ? rotateMasterKey(writer, tables, { keyring, sealer, now }) : 0),
  }
}

function openAutomation(driver: Driver, sessions: SessionTable) {
  const jobBell = new ReceivedBell()
  const tables = {
    rules: new AutomationRuleTable(driver),
    settings: new AutomationSettingTable(driver),
    jobs: new AutomationJobTable(driver),
  }
  return { automation: new AutomationLog(tables, sessions, jobBell), jobBell }
}

import { firstTables } from './0001-first-tables.ts'
import { media } from './0002-media.ts'
import { dialectCredentials } from './0003-dialect-credentials.ts'
import { automation } from './0004-automation.ts'
import { webhookFormats } from './0005-webhook-formats.ts'
import { items } from './0006-items.ts'
import { chats } from './0007-chats.ts'
import { sessionSettings } from './0008-session-settings.ts'
import { tenantSettings } from './0009-tenant-settings.ts'
import { restrictions } from './0010-restrictions.ts'
import { scheduledMessages } from './0011-scheduled-messages.ts'
import { encryption } from './0012-encryption.ts'
import { failures } from './0013-failures.ts'
import { identityByWaId } from './0014-identity-by-wa-id.ts'
import type { Migration } from './migration.ts'

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  media,
  dialectCredentials,
  automation,
  webhookFormats,
  items,
  chats,
  sessionSettings,
  tenantSettings,
  restrictions,
  scheduledMessages,
  encryption,
  failures,
  identityByWaId,
]

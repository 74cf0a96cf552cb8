import type { RouteContext, Server } from '../context.ts'
import { alertRoutes } from './alerts/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { chatRoutes } from './chats/routes.ts'
import { personalDataRoutes } from './contacts/personal-data.ts'
import { contactRoutes } from './contacts/routes.ts'
import { eventRoutes } from './events/routes.ts'
import { groupRoutes } from './groups/routes.ts'
import { keyRoutes } from './keys/routes.ts'
import { mediaRoutes } from './media/routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { numberRoutes } from './numbers/routes.ts'
import { pairingRoutes } from './pairing/routes.ts'
import { ruleRoutes } from './rules/routes.ts'
import { SHARED_SCHEMAS } from './schema.ts'
import { serviceRoutes } from './service/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { statsRoutes } from './stats/routes.ts'
import { tenantRoutes } from './tenants/routes.ts'
import { usageRoutes } from './usage/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** Adds every route of the native API. */
export function nativeRoutes(app: Server, context: RouteContext): void {
  for (const schema of SHARED_SCHEMAS) app.addSchema(schema)
  keyRoutes(app, context)
  tenantRoutes(app, context)
  usageRoutes(app, context)
  auditRoutes(app, context)
  alertRoutes(app, context)
  sessionRoutes(app, context)
  pairingRoutes(app, context)
  messageRoutes(app, context)
  mediaRoutes(app, context)
  numberRoutes(app, context)
  groupRoutes(app, context)
  chatRoutes(app, context)
  contactRoutes(app, context)
  personalDataRoutes(app, context)
  webhookRoutes(app, context)
  ruleRoutes(app, context)
  eventRoutes(app, context)
  statsRoutes(app, context)
  serviceRoutes(app, context)
}

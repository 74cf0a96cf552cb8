import type { FastifyInstance } from 'fastify'
import type { AuditVerbs } from '../audit/verbs.ts'
import { callerOf, type Server } from './context.ts'

/** Calls of the native API that the audit log tells of, by their operation's id. */
export const AUDITED: Readonly<Record<string, string>> = {
  createKey: 'key.created',
  deleteKey: 'key.deleted',
  createTenant: 'tenant.created',
  updateTenant: 'tenant.changed',
  createSession: 'session.created',
  updateSession: 'session.changed',
  deleteSession: 'session.deleted',
  startSession: 'session.started',
  stopSession: 'session.stopped',
  restartSession: 'session.restarted',
  logoutSession: 'session.logged_out',
  createPairingCode: 'session.pairing_code_made',
  forgetContact: 'contact.forgotten',
  createWebhook: 'webhook.created',
  changeWebhook: 'webhook.changed',
  deleteWebhook: 'webhook.deleted',
  rotateWebhookSecret: 'webhook.secret_rotated',
  createRule: 'rule.created',
  updateRule: 'rule.changed',
  deleteRule: 'rule.deleted',
}

/** Keeps every success of those calls, before it is answered. Must run before any route is added. */
export function installAudit(app: Server, audit: AuditVerbs): void {
  app.addHook('onRoute', (route) => {
    const action = AUDITED[String((route.schema as { operationId?: string } | undefined)?.operationId)]
    if (action === undefined) return
    const inner = route.handler
    route.handler = async function handleAudited(this: FastifyInstance, request, reply) {
      const result: unknown = await inner.call(this, request, reply)
      if (reply.statusCode >= 400) return result
      const { tenant, keyId } = callerOf(request)
      const params = request.params as Record<string, string | undefined>
      const made = (typeof result === 'object' && result !== null ? result : {}) as Record<string, unknown>
      await audit.record({
        tenant,
        actor: keyId,
        api: 'native',
        action,
        target: text(made.id) ?? params.id ?? params.rule ?? params.tenant ?? params.session ?? null,
        session:
          params.session ?? (action.startsWith('session.') ? (text(made.id) ?? null) : (text(made.session) ?? null)),
        fields: Object.keys((request.body as object | null) ?? {}),
      })
      return result
    }
  })
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

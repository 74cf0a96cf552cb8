import type { FastifyRequest } from 'fastify'
import type { EndpointId, TenantId } from '../../../core/ids.ts'
import type { Gateway } from '../../../gateway.ts'
import type { Endpoint } from '../../../webhooks/ports.ts'
import { requireSession } from '../../auth.ts'
import { callerOf } from '../../context.ts'

/** The webhook that the path names, where the caller may touch it. Rejects with `webhook_not_found`. */
export async function findWebhook(gateway: Gateway, request: FastifyRequest, tenant: TenantId): Promise<Endpoint> {
  const { id } = request.params as { id: EndpointId }
  const endpoint = await gateway.webhooks.get(tenant, id)
  requireSession(callerOf(request), endpoint.session, 'webhook_not_found')
  return endpoint
}

import { newId } from '../core/ids.ts'
import { jsonBody } from './body.ts'
import { type CallNeeds, callEndpoint } from './call.ts'
import type { Endpoint } from './ports.ts'
import type { TestResult } from './verbs.ts'

/** The type of the event that a test call posts; it is in no list and has no place in a session's order. */
const TEST_TYPE = 'webhook.test'

/** Posts a test event to the endpoint, once, signed as every delivery is; nothing of it is stored. */
export async function testEndpoint(endpoint: Endpoint, needs: CallNeeds): Promise<TestResult> {
  const at = needs.clock.now()
  const id = newId('evt')
  const body = jsonBody({
    id,
    seq: 0,
    type: TEST_TYPE,
    session: endpoint.session,
    tenant: endpoint.tenant,
    timestamp: new Date(at).toISOString(),
    data: { webhook: endpoint.id },
    metadata: {},
  })
  const answer = await callEndpoint(endpoint, id, body, needs, new AbortController().signal)
  const { status, error } = answer ?? { status: null, error: 'internal' }
  return { delivered: error === null, status, error, tookMs: needs.clock.now() - at, eventId: id }
}

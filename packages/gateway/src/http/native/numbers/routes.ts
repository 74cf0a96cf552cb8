import { Type } from 'typebox'
import { jidPhone, jidUser, parsePhone } from '../../../core/jid.ts'
import type { NumberCheck } from '../../../core/number.ts'
import { callerOf, type RouteContext, type Server } from '../../context.ts'
import { countryCodeFor } from '../messages/recipients.ts'
import { exactly, SessionParams } from '../schema.ts'

const CheckBody = exactly(
  {
    numbers: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
      minItems: 1,
      maxItems: 100,
      description: 'Phone numbers as people write them.',
    }),
  },
  { examples: [{ numbers: ['+62 812-1000-0001'] }] },
)

const CheckAnswer = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        number: Type.String({ description: 'As asked.' }),
        exists: Type.Boolean(),
        jid: Type.Optional(Type.String()),
        phone: Type.Optional(Type.String()),
        lid: Type.Optional(Type.String()),
      }),
    ),
  },
  { description: 'One entry per number, in the order asked.' },
)

/** Which numbers have WhatsApp. */
export function numberRoutes(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/numbers/check',
    {
      config: { access: ['send', 'read'] },
      schema: {
        operationId: 'checkNumbers',
        summary: 'Ask which numbers have WhatsApp',
        tags: ['numbers'],
        params: SessionParams,
        body: CheckBody,
        response: { 200: CheckAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { numbers } = request.body
      const countryCode = await countryCodeFor(gateway, tenant, numbers)
      const phones = numbers.map((number) => parsePhone(number, countryCode))
      const asked = [...new Set(phones.filter((phone) => phone !== undefined))]
      const look = async () => gateway.sessions.checkNumbers(tenant, request.params.session, asked)
      const checks = await gateway.access.countChecks(tenant, numbers.length, look)
      const known = new Map(checks.map((check) => [check.phone, check]))
      return { data: numbers.map((number, index) => present(number, known.get(phones[index] ?? ''))) }
    },
  )
}

function present(number: string, check: NumberCheck | undefined) {
  if (!check?.exists) return { number, exists: false }
  return {
    number,
    exists: true,
    ...(check.jid ? { jid: check.jid, phone: jidPhone(check.jid) ?? check.phone } : {}),
    ...(check.lid ? { lid: jidUser(check.lid) } : {}),
  }
}

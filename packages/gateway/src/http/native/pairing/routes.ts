import { KurirError } from '../../../core/errors.ts'
import { parsePhone } from '../../../core/jid.ts'
import { callerOf, type RouteContext, type Server } from '../../context.ts'
import { SessionParams } from '../schema.ts'
import { preferredType } from './accept.ts'
import { drawQr, presentQr } from './present.ts'
import { PairingCodeAnswer, PairingCodeBody, QR_ANSWERS } from './schema.ts'
import { PairingStream } from './stream.ts'

const MANAGE = ['manage'] as const
const QR_TYPES = ['application/json', 'image/png', 'image/svg+xml'] as const

/** Linking a session to a phone. */
export function pairingRoutes(app: Server, context: RouteContext): void {
  qrRoute(app, context)
  streamRoute(app, context)
  codeRoute(app, context)
}

function qrRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/qr',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'getQr',
        summary: 'The QR code to scan now',
        description: 'JSON, or a picture by `Accept`. A code lives for 20 to 60 seconds.',
        tags: ['pairing'],
        params: SessionParams,
        response: { 200: QR_ANSWERS },
      },
    },
    async (request, reply) => {
      const type = preferredType(request.headers.accept, QR_TYPES)
      const qr = await gateway.sessions.qr(callerOf(request).tenant, request.params.session)
      if (type !== 'image/png' && type !== 'image/svg+xml') return presentQr(qr)
      const picture = await drawQr(qr.text, type)
      return reply
        .type(type)
        .serializer(asIs)
        .send(picture as never)
    },
  )
}

/** Pictures are sent as they are, not by the JSON schema. */
function asIs(payload: unknown): string {
  return payload as string
}

function streamRoute(app: Server, { gateway }: RouteContext): void {
  const open = new Set<PairingStream>()
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end()
  })
  app.get(
    '/v1/sessions/:session/qr/stream',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'streamQr',
        summary: 'Follow the pairing',
        description: 'Server-sent events: `qr` for every new code, `status`, and in the end `connected`.',
        tags: ['pairing'],
        params: SessionParams,
        produces: ['text/event-stream'],
        response: { 200: { description: 'Events.', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const stream = new PairingStream()
      const stop = await gateway.sessions.watchPairing(tenant, request.params.session, (news) => stream.tell(news))
      open.add(stream)
      stream.body.once('close', () => {
        open.delete(stream)
        stop()
      })
      const session = await gateway.sessions.get(tenant, request.params.session)
      if (session.status === 'connected') stream.tell({ kind: 'status', session })
      return reply
        .type('text/event-stream')
        .header('x-accel-buffering', 'no')
        .send(stream.body as never)
    },
  )
}

function codeRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/pairing-code',
    {
      config: { access: MANAGE, keepsAnswer: false },
      schema: {
        operationId: 'createPairingCode',
        summary: 'A code to type on the phone',
        description: 'For phones that cannot scan. The session must be waiting for a QR code to be scanned.',
        tags: ['pairing'],
        params: SessionParams,
        body: PairingCodeBody,
        response: { 200: PairingCodeAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { countryCode } = await gateway.access.getTenant(tenant)
      const phone = parsePhone(request.body.phone, countryCode)
      if (!phone) throw new KurirError('invalid_request', 'That is no phone number', { fields: [NO_NUMBER] })
      return { code: await gateway.sessions.pairingCode(tenant, request.params.session, phone), phone }
    },
  )
}

const NO_NUMBER = { field: '/phone', message: 'must be a phone number' }

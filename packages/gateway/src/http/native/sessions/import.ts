import { Type } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import { presentSession, type SessionObject } from '../../../core/session.ts'
import { absoluteUrl, callerOf, type RouteContext, type Server } from '../../context.ts'
import { anyObject, exactly, refTo, SessionName } from '../schema.ts'

/** Keys of an account are many, and small. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024

const ImportBody = exactly(
  {
    id: Type.Optional(Type.String({ ...SessionName, description: 'Made when absent; case is kept.' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    files: anyObject({
      maxProperties: 100_000,
      description: 'The files of the folder, by name: `creds.json` and the others, each as the JSON that it holds.',
    }),
  },
  { examples: [{ id: 'shop-1', files: { 'creds.json': {}, 'pre-key-1.json': {} } }] },
)

/** Accounts that are paired already, elsewhere. */
export function importRoute(app: Server, { gateway, config }: RouteContext): void {
  app.post(
    '/v1/sessions/import',
    {
      config: { access: ['manage'], keepsAnswer: false },
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        operationId: 'importSession',
        summary: 'Take over an account that is paired elsewhere',
        description:
          'Makes a session of a folder of Baileys’ `useMultiFileAuthState`, and starts it: nobody scans a code. Stop the ' +
          'other program first and never start it again with that folder: two programs of one device throw each other off.',
        tags: ['sessions'],
        body: ImportBody,
        response: { 201: refTo<SessionObject>('Session', { description: 'The session.' }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      if (caller.session !== null) throw new KurirError('forbidden', 'The key is bound to one session')
      const { files, ...input } = request.body
      const session = await gateway.sessions.importSession(caller.tenant, input, new Map(Object.entries(files)))
      reply.code(201).header('location', absoluteUrl(request, config, `/v1/sessions/${session.id}`))
      return presentSession(session, Date.now())
    },
  )
}

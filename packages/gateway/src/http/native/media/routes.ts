import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import type { MediaId, MediaRef } from '../../../core/media.ts'
import type { MediaInfo } from '../../../media/verbs.ts'
import { requireSession } from '../../auth.ts'
import { absoluteUrl, callerOf, hasScope, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { compileValidator } from '../../validation.ts'
import { attachment, FILE_HEADERS, namesTag, readRange } from './headers.ts'
import { FileAnswer, MediaObject, MediaParams, MediaQuery, UploadBody, UploadQuery } from './schema.ts'
import { receiveFile, takeStreams } from './upload.ts'

/** Files: give one, get one. */
export function mediaRoutes(app: Server, context: RouteContext): void {
  app.register((scope: Server, _options, done) => {
    takeStreams(scope, context.gateway.media.maxBytes)
    uploadRoute(scope, context)
    done()
  })
  fileRoutes(app, context)
}

function uploadRoute(app: Server, { gateway, config }: RouteContext): void {
  /** Files that came in and are not told yet. */
  const untold = new WeakMap<FastifyRequest, MediaRef>()
  app.post(
    '/v1/media',
    {
      config: { access: ['send'], isUpload: true },
      schema: {
        operationId: 'uploadMedia',
        summary: 'Store a file',
        description:
          'As a form (`multipart/form-data`) with one file, or as the body itself with its own content type. ' +
          'The answer’s `id` goes into a message’s `media`. Files that nobody uses are deleted after some days.',
        tags: ['media'],
        consumes: ['multipart/form-data', 'application/octet-stream'],
        querystring: UploadQuery,
        body: UploadBody,
        response: { 201: MediaObject },
      },
      // The body is a stream: nothing can be said of it before it is read.
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : compileValidator(part)),
      preHandler: async (request) => {
        const { file_name: fileName } = request.query as { file_name?: string }
        const stored = await receiveFile(request, gateway.media, fileName)
        untold.set(request, stored)
        // By this an Idempotency-Key tells the same file from another one.
        const { sha256, size, mimetype, fileName: name } = stored
        request.body = { sha256, size, mimetype, fileName: name } as never
      },
      onResponse: async (request) => {
        const spare = untold.get(request)
        if (spare) await gateway.media.discard(callerOf(request).tenant, spare.id)
      },
    },
    async (request, reply) => {
      const stored = untold.get(request)
      if (!stored) throw new Error('the file was not received')
      untold.delete(request)
      const url = absoluteUrl(request, config, `/v1/media/${stored.id}`)
      reply.code(201).header('location', url)
      return present(stored, url)
    },
  )
}

function fileRoutes(app: Server, { gateway }: RouteContext): void {
  const access = { config: { access: ['read', 'send'] as const } }
  const schema = {
    operationId: 'getMedia',
    summary: 'Get a file',
    description:
      'A received file that is not here yet is fetched from WhatsApp first. A key that may only send gets what clients gave. ' +
      'Takes `Range` and `If-None-Match`.',
    tags: ['media'],
    params: MediaParams,
    querystring: MediaQuery,
  }
  const response = {
    200: FileAnswer,
    206: { ...FileAnswer, description: 'The bytes that `Range` asked for.' },
    304: Type.Null({ description: 'The file is the one that `If-None-Match` names.' }),
  }
  app.get('/v1/media/:id', { ...access, schema: { ...schema, response } }, async (request, reply) => {
    const media = await find(request, request.params.id, request.query.tenant)
    const file = await gateway.media.open(media.tenant, media.id)
    const tag = `"${file.sha256}"`
    setHeaders(reply, media).header('content-type', file.media.mimetype).header('etag', tag)
    if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send(null)
    const range = rangeOf(request, reply, file.size, tag)
    if (!range) return reply.header('content-length', file.size).send(file.read())
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
    return reply.header('content-length', range.end - range.start + 1).send(file.read(range))
  })
  app.head('/v1/media/:id', { ...access, schema: { ...schema, hide: true } }, async (request, reply) => {
    const media = await find(request, request.params.id, request.query.tenant)
    setHeaders(reply, media).header('content-type', media.mimetype)
    if (media.size !== null) reply.header('content-length', media.size)
    if (media.sha256 !== null) reply.header('etag', `"${media.sha256}"`)
    return reply.send(null)
  })

  /** The file's row, where the caller may know of it. */
  async function find(request: FastifyRequest, id: string, asked: string | undefined): Promise<MediaInfo> {
    const caller = callerOf(request)
    const media = await gateway.media.get(tenantToRead(request, asked), id as MediaId)
    if (!media.isReceived) return media
    requireSession(caller, media.session, 'media_not_found')
    if (!hasScope(caller, ['read'])) throw new KurirError('media_not_found')
    return media
  }
}

function setHeaders(reply: FastifyReply, { fileName }: MediaInfo): FastifyReply {
  return reply.headers(FILE_HEADERS).header('content-disposition', attachment(fileName))
}

function rangeOf({ headers }: FastifyRequest, reply: FastifyReply, size: number, tag: string) {
  const condition = headers['if-range']
  if (condition !== undefined && condition !== tag) return undefined
  try {
    return readRange(headers.range, size)
  } catch (error) {
    reply.header('content-range', `bytes */${size}`)
    throw error
  }
}

function present({ id, mimetype, size, sha256, fileName }: MediaRef, url: string) {
  return { id: id as string, mimetype, size: size ?? 0, sha256: sha256 ?? '', file_name: fileName, url }
}

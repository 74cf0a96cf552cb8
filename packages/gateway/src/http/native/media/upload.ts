import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { KurirError } from '../../../core/errors.ts'
import type { MediaRef } from '../../../core/media.ts'
import type { MediaVerbs } from '../../../media/verbs.ts'
import { callerOf, type Server } from '../../context.ts'

/** What is read of a body after the answer, so that the client gets to see it. */
const DRAIN = { bytes: 8 * 1024 * 1024, ms: 5_000 }

/** Makes this scope take bodies of any type as streams: nothing of them is read before a handler asks for it. */
export function takeStreams(app: Server, maxBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.register(multipart, {
    throwFileSizeLimit: false,
    // One byte more than allowed, so that a file of exactly the limit is told from one that is cut there.
    limits: {
      fileSize: maxBytes + 1,
      files: 1,
      fields: 8,
      parts: 9,
      fieldSize: 4096,
      fieldNameSize: 100,
      headerPairs: 32,
    },
  })
}

/**
 * Stores the file that a request carries, as its whole body or as the one file of a form. Where it is refused, what
 * the client still sends is thrown away for a while, so that he reads the answer.
 */
export async function receiveFile(
  request: FastifyRequest,
  media: MediaVerbs,
  fileName: string | undefined,
): Promise<MediaRef> {
  try {
    refuseLarge(request, media.maxBytes)
    if (request.isMultipart()) return await receiveForm(request, media)
    const mimetype = request.headers['content-type']
    const claim = { ...(mimetype ? { mimetype } : {}), ...(fileName ? { fileName } : {}) }
    return await media.fromStream(callerOf(request).tenant, request.raw, claim)
  } catch (error) {
    drain(request)
    throw error
  }
}

async function receiveForm(request: FastifyRequest, media: MediaVerbs): Promise<MediaRef> {
  const { tenant } = callerOf(request)
  let stored: MediaRef | undefined
  try {
    for await (const { file, mimetype, filename: fileName } of request.files()) {
      stored = await media.fromStream(tenant, file, { mimetype, ...(fileName ? { fileName } : {}) })
    }
  } catch (error) {
    if (stored) await media.discard(tenant, stored.id)
    throw isFormFault(error) ? new KurirError('invalid_request', 'The form cannot be read, or has no end') : error
  }
  if (stored) return stored
  throw new KurirError('invalid_request', 'The form has no file', {
    fields: [{ field: '/file', message: 'is missing' }],
  })
}

/** What the parser of forms throws has no code. */
export function isFormFault(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error && !('code' in error)
}

/** A body that says itself to be too large is not read at all. A form is a little longer than its file. */
export function refuseLarge({ headers }: FastifyRequest, maxBytes: number): void {
  if (Number(headers['content-length'] ?? 0) <= maxBytes + 64 * 1024) return
  throw new KurirError('payload_too_large', `The file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`)
}

/** Throws away what the client still sends, for a while, so that he reads the answer. */
export function drain({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return
  let left = DRAIN.bytes
  const timer = setTimeout(() => raw.destroy(), DRAIN.ms)
  timer.unref()
  raw.unpipe()
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) raw.destroy()
  })
  raw.once('close', () => clearTimeout(timer))
  raw.on('error', () => undefined)
  raw.resume()
}

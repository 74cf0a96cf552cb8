import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { KurirError } from '../../../core/errors.ts'
import type { MediaRef } from '../../../core/media.ts'
import type { MediaVerbs } from '../../../media/verbs.ts'
import { callerOf, type Server } from '../../context.ts'
import { drain, isFormFault, refuseLarge } from '../media/upload.ts'
import type { SendBody } from './bodies.ts'

/** Fields that are no texts in JSON. */
const SWITCHES = new Set(['view_once', 'gif', 'note', 'mention_all', 'forwarded'])
const LISTS = new Set(['mentions'])

/** What a form may have besides its file. */
const LIMITS = { files: 1, fields: 32, parts: 33, fieldSize: 128 * 1024, fieldNameSize: 100, headerPairs: 32 }

/**
 * A message whose file comes along in the request (`multipart/form-data`): its fields are those of the JSON body, and
 * the file takes the place of `media`. It goes to disk as it comes. A file that no message came of is forgotten.
 */
export class SendForms {
  readonly #media: MediaVerbs
  /** Files that came in and that no message has yet. */
  readonly #spare = new WeakMap<FastifyRequest, MediaRef>()

  constructor(media: MediaVerbs) {
    this.#media = media
  }

  /** Makes the routes of a scope take forms. */
  accept(scope: Server): void {
    const limits = { ...LIMITS, fileSize: this.#media.maxBytes + 1 }
    scope.register(multipart, { throwFileSizeLimit: false, limits })
    scope.addHook('preValidation', async (request) => {
      if (request.isMultipart()) request.body = await this.#read(request)
    })
    // By this an Idempotency-Key tells the same file from another one.
    scope.addHook('preHandler', async (request) => {
      const file = this.#spare.get(request)
      if (!file) return
      const { sha256, size, mimetype, fileName } = file
      request.body = { ...(request.body as object), media: { sha256, size, mimetype, fileName } }
    })
    scope.addHook('onResponse', async (request) => {
      const file = this.#spare.get(request)
      if (file) await this.#media.discard(callerOf(request).tenant, file.id)
    })
  }

  /** The validated body of a request, with its file by name. */
  bodyOf(request: FastifyRequest & { body: SendBody }): SendBody {
    const file = this.#spare.get(request)
    return file ? ({ ...request.body, media: { id: file.id } } as SendBody) : request.body
  }

  /** A message has the file. */
  used(request: FastifyRequest): void {
    this.#spare.delete(request)
  }

  async #read(request: FastifyRequest): Promise<Record<string, unknown>> {
    const body: Record<string, unknown> = Object.create(null)
    try {
      refuseLarge(request, this.#media.maxBytes)
      for await (const part of request.parts()) {
        if (part.type === 'field') addField(body, part.fieldname, String(part.value))
        else {
          const { file, mimetype, filename: fileName } = part
          const claim = { mimetype, ...(fileName ? { fileName } : {}) }
          const stored = await this.#media.fromStream(callerOf(request).tenant, file, claim)
          this.#spare.set(request, stored)
          body.media = { id: stored.id }
        }
      }
    } catch (error) {
      drain(request)
      throw isFormFault(error) ? new KurirError('invalid_request', 'The form cannot be read, or has no end') : error
    }
    return { ...body }
  }
}

function addField(body: Record<string, unknown>, name: string, value: string): void {
  if (name === 'media') throw new KurirError('invalid_request', 'A form brings its file as a file, not as "media"')
  if (LISTS.has(name)) body[name] = [...((body[name] as string[] | undefined) ?? []), value]
  else if (SWITCHES.has(name) && (value === 'true' || value === 'false')) body[name] = value === 'true'
  else body[name] = value
}

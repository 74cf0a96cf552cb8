import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'
import { drain } from '../http/native/media/upload.ts'
import type { MediaVerbs } from '../media/verbs.ts'
import { BODY_LIMIT_BYTES, collectFields } from './bodies.ts'
import type { UploadedFile } from './dialect.ts'
import type { Fields } from './fields.ts'

const MOST_FILES = 10
const MOST_FIELDS = 200
/** How much longer than its file a form may be. */
const FORM_BYTES = BODY_LIMIT_BYTES

type Media = Pick<MediaVerbs, 'fromStream' | 'discard'>

export interface MultipartOptions {
  media: Media
  /** Undefined where the route takes no files: they are dropped. */
  maxFileBytes: number | undefined
  /** Whose the files are, by the fields that came before the first one. Rejects where nobody may send files. */
  owner: (fields: Fields) => Promise<TenantId>
}

/**
 * Reads a multipart body as it comes. Fields are kept in memory (1 MB in all), files go straight into the media room.
 * Rejects with what the media room rejects; the rest of the body is dropped then.
 */
export async function readMultipart(
  request: FastifyRequest,
  { media, maxFileBytes, owner }: MultipartOptions,
): Promise<{ fields: Fields; files: UploadedFile[] }> {
  if (Number(request.headers['content-length'] ?? 0) > (maxFileBytes ?? BODY_LIMIT_BYTES) + FORM_BYTES) {
    drain(request)
    throw new KurirError('payload_too_large', 'The file is too large')
  }
  const pairs: [string, unknown][] = []
  const files: UploadedFile[] = []
  const limits = {
    fieldSize: BODY_LIMIT_BYTES,
    fields: MOST_FIELDS,
    files: MOST_FILES,
    // One more than is allowed, so that the media room sees that it is too much.
    fileSize: (maxFileBytes ?? BODY_LIMIT_BYTES) + 1,
  }
  let ownFault: unknown
  const upload = async (part: MultipartFile, maxBytes: number) => {
    try {
      return await store(part, await owner(collectFields(pairs)), media, maxBytes)
    } catch (error) {
      ownFault = error
      throw error
    }
  }
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') pairs.push([part.fieldname, part.value])
      else if (maxFileBytes === undefined) part.file.resume()
      else files.push(await upload(part, maxFileBytes))
    }
  } catch (error) {
    drain(request)
    await discardFiles(media, files)
    // Errors of the parser have no type of their own; one with a status is a limit.
    if (error === ownFault || (error as { statusCode?: number }).statusCode !== undefined) throw error
    throw new KurirError('invalid_request', 'The multipart body is not valid', { cause: error })
  }
  return { fields: collectFields(pairs), files }
}

/** Forgets files that nothing came of. */
export async function discardFiles(media: Media, files: readonly UploadedFile[]): Promise<void> {
  await Promise.all(files.map(({ tenant, media: { id } }) => media.discard(tenant, id)))
}

async function store(part: MultipartFile, tenant: TenantId, media: Media, maxBytes: number): Promise<UploadedFile> {
  const fileName = part.filename || null
  const claim = { mimetype: part.mimetype, maxBytes, ...(fileName ? { fileName } : {}) }
  const stored = await media.fromStream(tenant, part.file, claim)
  return { tenant, field: part.fieldname, fileName, claimedType: part.mimetype, media: stored }
}

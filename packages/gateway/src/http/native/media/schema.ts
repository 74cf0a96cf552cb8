import type { Readable } from 'node:stream'
import { Type } from 'typebox'
import { exactly, nullableText, TenantQuery } from '../schema.ts'

export const MediaObject = Type.Object(
  {
    id: Type.String({ examples: ['med_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
    mimetype: Type.String({
      description: 'By the content; what a sender claims counts only where the content shows nothing.',
      examples: ['image/jpeg'],
    }),
    size: Type.Integer({ description: 'Bytes.' }),
    sha256: Type.String({ description: 'Of the bytes, hex.' }),
    file_name: nullableText(),
    url: Type.String({ description: 'Where it can be fetched, with a key.' }),
  },
  { description: 'Stored.' },
)

/** For the documentation; the body is read as it comes, never as a whole. */
export const UploadBody = Type.Object({
  file: Type.String({ format: 'binary', description: 'The file, under any field name.' }),
})

export const UploadQuery = exactly({
  file_name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'Name of a file that is the whole body.' }),
  ),
})

export const MediaParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
export const MediaQuery = exactly(TenantQuery)

export const FileAnswer = {
  description: 'The file.',
  content: { 'application/octet-stream': { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) } },
}

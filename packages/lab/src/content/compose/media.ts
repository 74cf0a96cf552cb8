import { type Static, Type } from 'typebox'
import { encryptMedia, type MediaKind } from '../../media/cipher.ts'
import { badRequest } from '../../world/errors.ts'
import type { KindContext } from './composer.ts'

/** What every kind of media has: the file's bytes and what they are. */
export const MediaFields = {
  base64: Type.String(),
  mimetype: Type.Optional(Type.String({ minLength: 3 })),
}

export const Size = Type.Optional(Type.Integer({ minimum: 0 }))

type MediaContent = Static<ReturnType<typeof Type.Object<typeof MediaFields>>>

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Encrypts and stores the file; answers the fields that point to it, equal for all kinds of media. */
export function storeMedia(content: MediaContent, kind: MediaKind, mimetype: string, context: KindContext) {
  if (!BASE64.test(content.base64)) throw badRequest(`${kind}.base64: is not base64`)
  const plain = Buffer.from(content.base64, 'base64')
  const media = encryptMedia(plain, kind, context.sender.random.bytes(32))
  const { path, url } = context.putMedia(media.bytes)
  return {
    url,
    directPath: path,
    mimetype: content.mimetype ?? mimetype,
    mediaKey: media.mediaKey,
    fileSha256: media.fileSha256,
    fileEncSha256: media.fileEncSha256,
    fileLength: media.fileLength,
    mediaKeyTimestamp: Math.floor(context.now / 1000),
  }
}

/** A field of the message where it was asked for, nothing where not. */
export function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V })
}

import type { Caller } from '../../../access/verbs.ts'
import type { MediaId, MediaKind, MediaRef } from '../../../core/media.ts'
import type { Gateway } from '../../../gateway.ts'
import { requireSession } from '../../auth.ts'
import { invalid } from '../fields.ts'
import type { MediaInput } from './bodies.ts'

/**
 * The stored file that a message names or brings, in the form that its kind needs. Rejects with the errors of
 * `MediaVerbs`; a file that another session received does not exist for a key that is bound to one.
 */
export async function readFile(
  gateway: Gateway,
  caller: Caller,
  input: MediaInput,
  kind: MediaKind,
): Promise<MediaRef> {
  const { media } = gateway
  const { tenant } = caller
  const { id, url, base64, mimetype, file_name: fileName } = input
  if ([id, url, base64].filter((source) => source !== undefined).length !== 1) {
    throw invalid('/media', 'must have exactly one of id, url and base64')
  }
  const claim = { ...(mimetype === undefined ? {} : { mimetype }), ...(fileName === undefined ? {} : { fileName }) }
  if (url !== undefined) return media.forMessage(tenant, (await media.fromUrl(tenant, url, claim)).id, kind)
  if (base64 !== undefined) return media.forMessage(tenant, (await media.fromBase64(tenant, base64, claim)).id, kind)
  const known = await media.get(tenant, id as MediaId)
  if (known.session !== null) requireSession(caller, known.session, 'media_not_found')
  return media.forMessage(tenant, known.id, kind)
}

/** What a file is above buttons. */
export function headerKind({ mimetype }: MediaRef): MediaKind {
  if (mimetype.startsWith('image/')) return 'image'
  return mimetype.startsWith('video/') ? 'video' : 'document'
}

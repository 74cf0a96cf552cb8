import { isSessionName } from '../../core/ids.ts'
import type { DialectCall, DialectRequest } from '../dialect.ts'
import { badField, type Fields } from '../fields.ts'
import { BlipcomError } from './errors.ts'

export interface TokenRequest {
  clientId: string
  clientSecret: string
}

/**
 * The client that asks for a token: in the body (form or JSON), by HTTP Basic, and the secret also in the header
 * `client_secret`, where the document's sample has it. Throws a {@link BlipcomError} for what is missing.
 */
export function readTokenRequest(request: DialectRequest): TokenRequest {
  const { body } = request
  const grant = body.word('grant_type')
  if (grant === undefined) throw new BlipcomError('missing', 'Missing mandatory field grant_type')
  if (grant !== 'client_credentials') throw new BlipcomError('unsupported', 'Unsupported grant_type')
  const basic = readBasic(request.header('authorization'))
  const clientId = body.word('client_id') ?? basic?.clientId ?? request.header('client_id')
  const clientSecret = body.word('client_secret') ?? basic?.clientSecret ?? request.header('client_secret')
  if (clientId === undefined) throw new BlipcomError('missing', 'Missing mandatory field client_id')
  if (clientSecret === undefined) throw new BlipcomError('missing', 'Missing mandatory field client_secret')
  return { clientId, clientSecret }
}

/** RFC 7617. */
function readBasic(authorization: string | undefined): TokenRequest | undefined {
  const encoded = authorization && /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1]
  if (!encoded) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) return undefined
  return { clientId: text.slice(0, colon), clientSecret: text.slice(colon + 1) }
}

/** The token of `Authorization: Bearer`. */
export function readBearer(request: DialectRequest): string | undefined {
  const header = request.header('authorization')
  return header && /^bearer\s+(\S+)$/i.exec(header)?.[1]
}

/** The id of the session to find; undefined where the path ends before it. */
export function readFind({ params }: DialectCall): string | undefined {
  return params.word('id')
}

export interface AddRequest {
  id: string
  /** As the client wrote it. */
  phone: string | undefined
}

/** Throws `invalid_request` where the id is missing or malformed. */
export function readAdd(fields: Fields): AddRequest {
  const id = fields.word('id')
  if (id === undefined || !isSessionName(id)) throw badField('id', 'must be 1 to 64 letters, digits, "-" and "_"')
  return { id, phone: fields.word('phone_number') }
}

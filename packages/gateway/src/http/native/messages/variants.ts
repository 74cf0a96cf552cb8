import type { FastifySchemaCompiler } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import { compileValidator } from '../../validation.ts'
import { SEND_BODIES, type SendBody } from './bodies.ts'

/** The body of a message to send, as the documentation shows it: one form for each `type`. */
export const SendBodySchema = Type.Unsafe<SendBody>({
  oneOf: Object.values(SEND_BODIES),
  examples: [{ to: '6281210000001', type: 'text', text: 'Hello from Kurir' }],
})

/**
 * Validates such a body by the form that its `type` names, so that the answer speaks of that one only; everything else
 * as usual.
 */
export const compileSendValidator: FastifySchemaCompiler<TSchema> = (part) => {
  if (part.httpPart !== 'body') return compileValidator(part)
  const byType = new Map(
    Object.entries(SEND_BODIES).map(([type, schema]) => [type, compileValidator({ ...part, schema })]),
  )
  return (body: unknown) => {
    const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined
    const validate = typeof type === 'string' ? byType.get(type) : undefined
    return validate ? validate(body) : { error: wrongType(type, [...byType.keys()]) }
  }
}

function wrongType(type: unknown, types: string[]): KurirError {
  const message = type === undefined ? 'is missing' : `must be one of ${types.join(', ')}`
  return new KurirError('invalid_request', `/type ${message}`, { fields: [{ field: '/type', message }] })
}

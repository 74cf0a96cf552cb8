import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { type FieldError, KurirError } from '../core/errors.ts'
import { buildSerializer } from './serialization.ts'

/** The part of a TypeBox error that is read here. */
interface SchemaError {
  keyword: string
  instancePath: string
  params: object
  message: string
}

/**
 * Compiles a route's schemas. Nothing is converted or filled in but in a query, no unknown field is let through, and a
 * fault becomes `invalid_request` with one entry per field.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let validator: ReturnType<typeof Compile> | undefined
  return (value: unknown) => {
    // At the first request: a start compiles none.
    validator ??= Compile(schema)
    const candidate = httpPart === 'querystring' ? Value.Convert(schema, Value.Default(schema, value)) : value
    if (validator.Check(candidate)) return { value: candidate }
    const fields = validator.Errors(candidate).flatMap((error) => describe(error, httpPart))
    const unique = [...new Map(fields.map((field) => [`${field.field} ${field.message}`, field])).values()]
    const [first] = unique
    const detail = first ? `${first.field || httpPart} ${first.message}` : 'The request is not valid'
    return { error: new KurirError('invalid_request', detail, { fields: unique }) }
  }
}

/**
 * Makes every scope of the server validate as above. (`setValidatorCompiler` is not enough: a scope with schemas of its
 * own falls back to Fastify's lenient validator. The cast: Fastify types this place for its own compiler only.)
 */
export const STRICT_SCHEMAS = {
  compilersFactory: { buildValidator: () => compileValidator, buildSerializer },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>

function describe({ keyword, instancePath, params, message }: SchemaError, httpPart: string | undefined): FieldError[] {
  const name = (path: string) => (httpPart === 'body' ? path : path.slice(1))
  if (keyword === 'additionalProperties') {
    const { additionalProperties = [] } = params as { additionalProperties?: string[] }
    return additionalProperties.map((field) => ({ field: name(`${instancePath}/${field}`), message: 'is not known' }))
  }
  if (keyword === 'required') {
    const { requiredProperties = [] } = params as { requiredProperties?: string[] }
    return requiredProperties.map((field) => ({ field: name(`${instancePath}/${field}`), message: 'is missing' }))
  }
  // These repeat what the errors inside them say.
  if (keyword === 'anyOf' || keyword === 'boolean') return []
  return [{ field: name(instancePath), message }]
}

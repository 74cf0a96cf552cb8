import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySerializerCompiler } from 'fastify'

/** The serializer of a response, which is compiled when the first such response is written: a start compiles none. */
export function buildSerializer(...given: Parameters<ReturnType<typeof SerializerSelector>>) {
  const compile = SerializerSelector()(...given)
  const later: FastifySerializerCompiler<unknown> = (route) => {
    let serialize: ReturnType<typeof compile> | undefined
    return (answer) => {
      serialize ??= compile({ httpStatus: '', ...route })
      return serialize(answer)
    }
  }
  return later
}

import type { proto } from 'baileys'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { ComposeContext, ComposedMessage } from '../../world/content.ts'
import { badRequest } from '../../world/errors.ts'

/** What composing one kind of message has at hand. */
export interface KindContext extends ComposeContext {
  /** `{ contextInfo }` with quote, mentions and so on, to be spread into the content; empty where there is none. */
  info: { contextInfo?: proto.IContextInfo }
}

/** Makes one kind of message of the part of the request that is named after it. */
export type Composer = (content: unknown, context: KindContext) => ComposedMessage

/** A composer that first checks its content. Throws 400 naming the field that is wrong. */
export function composer<S extends TSchema>(
  kind: string,
  schema: S,
  compose: (content: Static<S>, context: KindContext) => ComposedMessage,
): Composer {
  const validator = Compile(schema)
  return (content, context) => {
    if (validator.Check(content)) return compose(content, context)
    throw badRequest(firstError(kind, validator.Errors(content)))
  }
}

/** A validation error as one sentence: the path of the field and what is wrong with it. */
export function firstError(
  subject: string,
  errors: { keyword: string; instancePath: string; message: string }[],
): string {
  // For a superfluous field TypeBox tells of the field first; a union's branches come before the union itself.
  const error = errors.find(({ keyword }) => keyword !== 'boolean') ?? errors[0]
  const path = `${subject}${error?.instancePath ?? ''}`.replaceAll('/', '.')
  const extra = errors.filter(({ keyword }) => keyword === 'boolean').map(({ instancePath }) => instancePath.slice(1))
  const named = error?.keyword === 'additionalProperties' && extra.length > 0 ? ` (${extra.join(', ')})` : ''
  return `${path}: ${error?.message ?? 'is not valid'}${named}`
}

import type { proto } from 'baileys'
import type { DescribeContext, ShownContent } from '../../world/content.ts'

/** The fields of one kind of message, as a row shows them. */
export type Describer<Body> = (body: Body, context: DescribeContext) => ShownContent | Promise<ShownContent>

/** The non-null type of a field of a message. */
export type BodyOf<Key extends keyof proto.IMessage> = NonNullable<proto.IMessage[Key]>

/** Only the fields that say something: no `null`, `undefined`, empty text or empty list. */
export function said<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (value === null || value === undefined || value === '') continue
    if (Array.isArray(value) && value.length === 0) continue
    kept[key] = value
  }
  return kept as { [K in keyof T]?: NonNullable<T[K]> }
}

import type { BinaryNode } from 'baileys'

export type { BinaryNode } from 'baileys'

/** The address of the server itself. The `@` belongs to it: on the wire it is a JID pair with an empty user. */
export const SERVER = '@s.whatsapp.net'

/** Builds a stanza; attributes that are `undefined` are left out, numbers become strings. */
export function node(
  tag: string,
  attrs: Record<string, string | number | undefined> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  const set: Record<string, string> = {}
  for (const key in attrs) {
    const value = attrs[key]
    if (value !== undefined) set[key] = String(value)
  }
  return content === undefined ? { tag, attrs: set } : { tag, attrs: set, content }
}

/** The child stanzas, or those with `tag`; none where the content is bytes or text. */
export function children(of: BinaryNode | undefined, tag?: string): BinaryNode[] {
  const content = of?.content
  if (!Array.isArray(content)) return []
  return tag === undefined ? content : content.filter((child) => child.tag === tag)
}

/** The first child, or the first with `tag`. */
export function child(of: BinaryNode | undefined, tag?: string): BinaryNode | undefined {
  const content = of?.content
  if (!Array.isArray(content)) return undefined
  return tag === undefined ? content[0] : content.find((one) => one.tag === tag)
}

/** The content as bytes: empty where there is none, UTF-8 where it came as a token or text. */
export function bytes(of: BinaryNode | undefined): Buffer {
  const content = of?.content
  if (content === undefined || Array.isArray(content)) return Buffer.alloc(0)
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)
}

/** The content as text. */
export function text(of: BinaryNode | undefined): string {
  return bytes(of).toString('utf8')
}

/** The content as a big-endian number; 0 for no content. */
export function integer(of: BinaryNode | undefined): number {
  const content = bytes(of)
  return content.length === 0 ? 0 : content.readUIntBE(0, content.length)
}

/** `value` as `length` big-endian bytes. */
export function bigEndian(value: number, length = 4): Buffer {
  const buffer = Buffer.alloc(length)
  buffer.writeUIntBE(value, 0, length)
  return buffer
}

/** The ids a receipt speaks of: its own and those of its list. */
export function receiptIds(receipt: BinaryNode): string[] {
  const ids = [receipt.attrs.id ?? '']
  for (const item of children(child(receipt, 'list'), 'item')) ids.push(item.attrs.id ?? '')
  return ids
}

import type { BinaryNode } from 'baileys'

interface Seen {
  phone: string | undefined
  stanza: BinaryNode
}

/** What clients sent to the lab, in order. */
export class Wire {
  readonly seen: Seen[] = []

  readonly observe = (stanza: BinaryNode, phone: string | undefined): void => {
    this.seen.push({ phone, stanza })
  }

  /** Stanzas of one kind from the account of this phone. */
  of(phone: string, tag: string, attrs: Record<string, string | undefined> = {}): BinaryNode[] {
    const wanted = Object.entries(attrs)
    const matches = (one: BinaryNode) => wanted.every(([name, value]) => one.attrs[name] === value)
    return this.seen
      .filter((one) => one.phone === phone && one.stanza.tag === tag && matches(one.stanza))
      .map(({ stanza }) => stanza)
  }

  /** IQs `xmlns/type/child`. */
  iqs(phone: string, kind: string): BinaryNode[] {
    const [xmlns, type, child] = kind.split('/')
    return this.of(phone, 'iq', { xmlns, type }).filter(
      ({ content }) => Array.isArray(content) && content[0]?.tag === child,
    )
  }

  /** How often the account asked for somebody's keys, each of which costs that person a one-time prekey. */
  bundleRequests(phone: string): number {
    return this.iqs(phone, 'encrypt/get/key').length
  }
}

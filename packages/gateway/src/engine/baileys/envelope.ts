import { createHash } from 'node:crypto'
import type { BinaryNode } from 'baileys'

/** What a stanza told of a message besides its ciphertext; kept in the journal with the plaintext. */
export interface Envelope {
  /** The stanza's attributes. */
  attrs: Record<string, string>
}

/** What became of one stanza's ciphertexts. */
export interface StanzaFate {
  readonly envelope: Envelope
  decrypted: number
  failed: number
}

/** Names a ciphertext in the journal: its sha256, hexadecimal. */
export function journalKey(ciphertext: Uint8Array): string {
  return createHash('sha256').update(ciphertext).digest('hex')
}

/**
 * Lends the envelope of a stanza to whoever decrypts its parts. Baileys hands the repository the very bytes objects
 * that the stanza holds, so they name it.
 */
export class Envelopes {
  readonly #fates = new WeakMap<Uint8Array, StanzaFate>()

  /** Announces a stanza before anything of it is decrypted. */
  open(stanza: BinaryNode): StanzaFate {
    const fate: StanzaFate = { envelope: { attrs: { ...stanza.attrs } }, decrypted: 0, failed: 0 }
    if (Array.isArray(stanza.content)) {
      for (const { tag, content } of stanza.content) {
        if (tag === 'enc' && content instanceof Uint8Array) this.#fates.set(content, fate)
      }
    }
    return fate
  }

  of(ciphertext: Uint8Array): StanzaFate | undefined {
    return this.#fates.get(ciphertext)
  }
}

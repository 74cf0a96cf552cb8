import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { Curve, hkdf, type KeyPair, proto } from 'baileys'
import type { NoiseAuthority } from './authority.ts'
import { keyPairFrom, sha256 } from './keys.ts'

const PROTOCOL = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0')
/** After a resumption that cannot be read. The name is longer than a hash, so its hash stands for it (Noise, 5.2). */
const FALLBACK_PROTOCOL = sha256(Buffer.from('Noise_XXfallback_25519_AESGCM_SHA256'))
/** What a client that knows the server's static key begins with, to save a round trip. */
const RESUME_PROTOCOL = Buffer.from('Noise_IK_25519_AESGCM_SHA256\0\0\0\0')
/** The client's first four bytes: "WA", protocol 6, dictionary 3. */
const PROLOGUE = Buffer.from([0x57, 0x41, 6, 3])
const NOTHING = Buffer.alloc(0)
const TAG_BYTES = 16

function nonce(counter: number): Buffer {
  const iv = Buffer.alloc(12)
  iv.writeUInt32BE(counter, 8)
  return iv
}

function seal(plain: Uint8Array, key: KeyObject, counter: number, associated: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter))
  cipher.setAAD(associated)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function open(sealed: Uint8Array, key: KeyObject, counter: number, associated: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter))
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()])
}

/** Keys are key objects: Node.js takes several times as long to start a cipher with a plain buffer. */
interface Cipher {
  key: KeyObject
  counter: number
}

/** What a connection does with what the Noise layer brings up. */
export interface NoiseEvents {
  /** Bytes for the socket. */
  write(data: Buffer): void
  /** The handshake is done: the login payload and the client's Noise static key (32 bytes). */
  login(payload: proto.ClientPayload, clientStatic: Buffer): void
  /** The plaintext of one frame. */
  frame(plain: Buffer): void
}

/**
 * The answering side of Noise_XX_25519_AESGCM_SHA256 as WhatsApp Web uses it, with its framing: an optional routing
 * preamble, a prologue, then frames with a three-byte length. A client that kept the server's key may resume (Noise IK,
 * or XXfallback where it kept a wrong one). One object for one connection.
 */
export class NoiseResponder {
  readonly #authority: NoiseAuthority
  readonly #events: NoiseEvents
  readonly #ephemeral: KeyPair
  #state: 'prologue' | 'hello' | 'finish' | 'open' = 'prologue'
  #received: Buffer = NOTHING
  #hash: Buffer = PROTOCOL
  #salt: Buffer = PROTOCOL
  #key = createSecretKey(PROTOCOL)
  #counter = 0
  #reading: Cipher = { key: createSecretKey(PROTOCOL), counter: 0 }
  #writing: Cipher = { key: createSecretKey(PROTOCOL), counter: 0 }

  constructor(authority: NoiseAuthority, events: NoiseEvents) {
    this.#authority = authority
    this.#events = events
    this.#ephemeral = keyPairFrom(randomBytes(32))
  }

  /** Takes bytes from the socket, in any portions. Throws where they are not this protocol. */
  receive(data: Buffer): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, data]) : data
    if (this.#state === 'prologue' && !this.#readPrologue()) return
    while (this.#received.length >= 3) {
      const length = this.#received.readUIntBE(0, 3)
      if (this.#received.length < 3 + length) return
      const frame = this.#received.subarray(3, 3 + length)
      this.#received = this.#received.subarray(3 + length)
      this.#frame(frame)
    }
  }

  /** Encrypts and writes one frame. Only after the handshake. */
  send(plain: Uint8Array): void {
    this.#write(seal(plain, this.#writing.key, this.#writing.counter++, NOTHING))
  }

  /** True when the prologue (and a routing preamble before it) has been read off the buffer. */
  #readPrologue(): boolean {
    if (this.#received[0] === 0x45 && this.#received[1] === 0x44) {
      if (this.#received.length < 7) return false
      const length = this.#received.readUIntBE(4, 3)
      if (this.#received.length < 7 + length) return false
      this.#received = this.#received.subarray(7 + length)
    }
    if (this.#received.length < PROLOGUE.length) return false
    if (!this.#received.subarray(0, 4).equals(PROLOGUE)) throw new Error('not a WhatsApp Web client')
    this.#received = this.#received.subarray(4)
    this.#state = 'hello'
    return true
  }

  #frame(frame: Buffer): void {
    if (this.#state === 'open') {
      this.#events.frame(open(frame, this.#reading.key, this.#reading.counter++, NOTHING))
      return
    }
    const message = proto.HandshakeMessage.decode(frame)
    if (this.#state === 'hello') this.#hello(message.clientHello ?? {})
    else this.#finish(message.clientFinish)
  }

  #hello(hello: proto.HandshakeMessage.IClientHello): void {
    const clientEphemeral = Buffer.from(hello.ephemeral ?? NOTHING)
    if (hello.static && hello.payload) {
      if (this.#resume(clientEphemeral, hello.static, hello.payload)) return
      this.#start(FALLBACK_PROTOCOL)
    } else this.#start(PROTOCOL)
    const { leaf, chain } = this.#authority
    this.#absorb(clientEphemeral)
    this.#absorb(this.#ephemeral.public)
    this.#mix(Curve.sharedKey(this.#ephemeral.private, clientEphemeral))
    const serverStatic = this.#seal(leaf.public)
    this.#mix(Curve.sharedKey(leaf.private, clientEphemeral))
    const serverHello = { ephemeral: this.#ephemeral.public, static: serverStatic, payload: this.#seal(chain) }
    this.#write(Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish()))
    this.#state = 'finish'
  }

  /** Answers a client that has kept the server's static key (Noise IK). False where it kept another one. */
  #resume(clientEphemeral: Buffer, sealedStatic: Uint8Array, sealedPayload: Uint8Array): boolean {
    const { leaf, chain } = this.#authority
    this.#start(RESUME_PROTOCOL)
    this.#absorb(leaf.public)
    this.#absorb(clientEphemeral)
    this.#mix(Curve.sharedKey(leaf.private, clientEphemeral))
    let clientStatic: Buffer
    try {
      clientStatic = this.#open(sealedStatic)
    } catch {
      return false
    }
    this.#mix(Curve.sharedKey(leaf.private, clientStatic))
    const payload = this.#open(sealedPayload)
    this.#absorb(this.#ephemeral.public)
    this.#mix(Curve.sharedKey(this.#ephemeral.private, clientEphemeral))
    this.#mix(Curve.sharedKey(this.#ephemeral.private, clientStatic))
    const serverHello = { ephemeral: this.#ephemeral.public, payload: this.#seal(chain) }
    this.#write(Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish()))
    this.#established(payload, clientStatic)
    return true
  }

  #finish(finish: proto.HandshakeMessage.IClientFinish | null | undefined): void {
    const clientStatic = this.#open(finish?.static ?? NOTHING)
    this.#mix(Curve.sharedKey(this.#ephemeral.private, clientStatic))
    const payload = this.#open(finish?.payload ?? NOTHING)
    this.#established(payload, clientStatic)
  }

  #established(payload: Buffer, clientStatic: Buffer): void {
    const keys = this.#derive(NOTHING)
    this.#reading.key = createSecretKey(keys.subarray(0, 32))
    this.#writing.key = createSecretKey(keys.subarray(32))
    this.#state = 'open'
    this.#events.login(proto.ClientPayload.decode(payload), clientStatic)
  }

  #start(protocol: Buffer): void {
    this.#hash = protocol
    this.#salt = protocol
    this.#key = createSecretKey(protocol)
    this.#counter = 0
    this.#absorb(PROLOGUE)
  }

  #write(data: Buffer): void {
    const frame = Buffer.allocUnsafe(3 + data.length)
    frame.writeUIntBE(data.length, 0, 3)
    frame.set(data, 3)
    this.#events.write(frame)
  }

  #absorb(data: Uint8Array): void {
    this.#hash = sha256(this.#hash, data)
  }

  #derive(secret: Uint8Array): Buffer {
    return Buffer.from(hkdf(Buffer.from(secret), 64, { salt: this.#salt, info: '' }))
  }

  #mix(secret: Uint8Array): void {
    const keys = this.#derive(secret)
    this.#salt = keys.subarray(0, 32)
    this.#key = createSecretKey(keys.subarray(32))
    this.#counter = 0
  }

  #seal(plain: Uint8Array): Buffer {
    const sealed = seal(plain, this.#key, this.#counter++, this.#hash)
    this.#absorb(sealed)
    return sealed
  }

  #open(sealed: Uint8Array): Buffer {
    const plain = open(sealed, this.#key, this.#counter++, this.#hash)
    this.#absorb(sealed)
    return plain
  }
}

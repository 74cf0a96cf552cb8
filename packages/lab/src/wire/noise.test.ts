import { Curve, makeNoiseHandler, proto, WA_CERT_DETAILS } from 'baileys'
import pino from 'pino'
import { expect, test } from 'vitest'
import { noiseAuthority } from './authority.ts'
import { NoiseResponder } from './noise.ts'

const logger = pino({ level: 'silent' })

/** A client made of Baileys' own Noise code, and the responder under test, joined by two arrays of bytes. */
function join(options: { portion?: number; routing?: Buffer } = {}) {
  const authority = noiseAuthority()
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(authority.rootKey)
  const toClient: Buffer[] = []
  const logins: { payload: proto.ClientPayload; key: Buffer }[] = []
  const frames: string[] = []
  const responder = new NoiseResponder(authority, {
    write: (data) => toClient.push(data),
    login: (payload, key) => logins.push({ payload, key }),
    frame: (plain) => frames.push(plain.toString()),
  })
  const [ephemeral, noiseKey] = [Curve.generateKeyPair(), Curve.generateKeyPair()]
  const client = makeNoiseHandler({
    keyPair: ephemeral,
    NOISE_HEADER: Buffer.from([87, 65, 6, 3]),
    logger,
    ...(options.routing ? { routingInfo: options.routing } : {}),
  })
  const feed = (data: Uint8Array) => {
    const bytes = Buffer.from(data)
    const step = options.portion ?? bytes.length
    for (let at = 0; at < bytes.length; at += step) responder.receive(bytes.subarray(at, at + step))
  }
  const shake = async () => {
    feed(client.encodeFrame(proto.HandshakeMessage.encode({ clientHello: { ephemeral: ephemeral.public } }).finish()))
    const hello = proto.HandshakeMessage.decode(toClient.shift()!.subarray(3))
    const sealedKey = client.processHandshake(hello, noiseKey)
    const payload = client.encrypt(proto.ClientPayload.encode({ username: 62811, device: 3 }).finish())
    feed(client.encodeFrame(proto.HandshakeMessage.encode({ clientFinish: { static: sealedKey, payload } }).finish()))
    await client.finishInit()
  }
  return { client, responder, toClient, logins, frames, feed, shake, noiseKey }
}

test.each([
  ['in one piece', {}],
  ['byte by byte', { portion: 1 }],
  ['behind a routing preamble', { routing: Buffer.from([8, 2]), portion: 3 }],
])('shakes hands with Baileys, %s, and passes frames both ways', async (_name, options) => {
  const line = join(options)
  await line.shake()
  expect(line.logins).toHaveLength(1)
  expect(Number(line.logins[0]?.payload.username)).toBe(62811)
  expect(line.logins[0]?.key).toEqual(Buffer.from(line.noiseKey.public))
  line.feed(line.client.encodeFrame(Buffer.from('one')))
  line.feed(line.client.encodeFrame(Buffer.from('two')))
  expect(line.frames).toEqual(['one', 'two'])
})

test('refuses who does not speak the protocol', () => {
  const { responder } = join()
  expect(() => responder.receive(Buffer.from('GET / HTTP/1.1'))).toThrow('not a WhatsApp Web client')
})

test('refuses a frame that was changed on the way', async () => {
  const line = join()
  await line.shake()
  const frame = Buffer.from(line.client.encodeFrame(Buffer.from('one')))
  frame[frame.length - 1]! ^= 1
  expect(() => line.feed(frame)).toThrow()
  expect(line.frames).toEqual([])
})

test('the authority is the same in every process', () => {
  expect(noiseAuthority().rootKey.toString('hex')).toBe(
    '7ff0ca5e38bfc52cde44e421a7c820d440b38edbb932d09569a7a1779ceb8437',
  )
})
